# The length of a text as an SMS, and its parts, against Perl's own GSM 03.38: 10,000 random texts, and every character by itself.
#   perl tests/oracle/gsm7.pl PROGRAM [SEED]
use strict;
use warnings;
use Encode ();
eval { require Encode::GSM0338; 1 } or do { print "Perl has no Encode::GSM0338\n"; exit 77 };

my ($program, $seed) = (shift // 'tests/oracle/gsm7_lengths', shift // 338);
srand $seed;

# ---- what Perl says

my %septets;       # of a character; 0: it has none

sub septets {
    my ($char) = @_;
    return $septets{$char} //= do {
        my $bytes = eval { Encode::encode('gsm0338', my $copy = $char, Encode::FB_CROAK) };
        defined $bytes ? length $bytes : 0;
    };
}

# Into parts of at most $most units; what is one character is never in two parts.
sub parts {
    my ($single, $most, @units) = @_;
    my $total = 0;
    $total += $_ for @units;
    return ($total, 1) if $total <= $single;
    my ($parts, $room) = (1, $most);
    for my $units (@units) {
        if ($units > $room) { $parts++; $room = $most }
        $room -= $units;
    }
    return ($total, $parts);
}

sub expected {
    my @chars = split //, $_[0];
    my @septets = map { septets($_) } @chars;
    return join ' ', 0, parts(160, 153, @septets) unless grep { !$_ } @septets;
    return join ' ', 1, parts(70, 67, map { length(Encode::encode('UTF-16BE', $_)) / 2 } @chars);
}

# ---- texts

my @plain = map { chr } 0x20 .. 0x5A, 0x61 .. 0x7A, 0x0A, map { ord } split //, Encode::decode('UTF-8', 'åäöÅÄÖéüßñΔΩ§');
my @extended = map { chr } 0x0C, 0x5B .. 0x5E, 0x7B .. 0x7E, 0x20AC;
my @wide = map { chr } 0x60, 0xA0, 0xE2, 0x0107, 0x0416, 0x2019, 0x4E2D, 0xFFFD;
my @astral = map { chr } 0x1F525, 0x1F692, 0x10000, 0x10FFFF;

sub any { $_[rand @_] }

# Around where one part becomes two, two three, and anywhere else.
sub wished_length {
    my ($single, $most) = @_;
    return int rand 3 * $most unless rand() < 0.7;
    my $edge = any($single, $most, 2 * $most, 3 * $most);
    return $edge - 4 + int rand 9;
}

sub random_text {
    my $kind = int rand 4;
    my $length = $kind < 2 ? wished_length(160, 153) : wished_length(70, 67);
    my $text = '';
    while (length $text < $length) {
        my $dice = rand;
        $text .= $kind > 0 && $dice < 0.1 ? any(@extended) : $kind > 1 && $dice < 0.3 ? any(@wide)
            : $kind > 2 && $dice < 0.6 ? any(@astral) : any(@plain);
    }
    return $text;
}

my @texts = ('', map({ random_text() } 1 .. 10_000), map({ chr } 1 .. 0x2FFF, 0xFF00 .. 0xFFFD));

# ---- what the program says

my $input = "gsm7-$$.texts";
open my $file, '>', $input or die "$input: $!";
print $file unpack('H*', Encode::encode('UTF-8', $_)), "\n" for @texts;
close $file or die "$input: $!";
my @said = split /\n/, qx{'$program' <'$input'};
my $ended = $?;
unlink $input;
die "the program ended with $ended" if $ended;
die scalar(@said) . ' answers to ' . scalar(@texts) . ' texts' if @said != @texts;

my ($wrong, %seen) = (0);
for my $i (0 .. $#texts) {
    my $expected = expected($texts[$i]);
    $seen{ join ' ', (split / /, $expected)[0, 2] }++;
    next if $said[$i] eq $expected || ++$wrong > 20;
    print 'of ', Encode::encode('UTF-8', $texts[$i]), ' (', unpack('H*', Encode::encode('UTF-8', $texts[$i])), "):\n",
        "  it says $said[$i], and Perl $expected (UCS-2, units, segments)\n";
}
for my $kind ('0 1', '0 2', '0 3', '1 1', '1 2', '1 3') {
    die "no text was of the kind $kind: the test tests nothing" unless $seen{$kind};
}
print scalar(@texts), " texts, $wrong wrong (seed $seed)\n";
exit($wrong > 0);
