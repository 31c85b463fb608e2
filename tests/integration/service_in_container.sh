#!/bin/bash
# Runs as root in the container of tests/lib/container, where the built tree is installed: the service as an administrator
# meets it. Prints `ok NAME` or `not ok NAME: why` for each thing that test_service.py asks for, in this order.
set -u

api=http://127.0.0.1:8787
token=the-source-has-this-token
outbox=/var/lib/beredd/outbox.jsonl

# ---- words

wait_for() { # SECONDS COMMAND...: until it is true
  local deadline=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -le $deadline ] || return 1
    sleep 0.05
  done
}
property() { systemctl show -P "$1" beredd.service; }
is_active() { [ "$(property ActiveState)" = active ] && [ "$(property SubState)" = running ]; }
trigger() { # SUMMARY: prints the status
  curl -s -o /root/reply.json -w '%{http_code}' --max-time 30 -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d "{\"summary\": \"$1\"}" $api/v1/incidents
}
pages_with() { grep -c -- "$1" $outbox 2>/dev/null || :; }
has_pages() { [ "$(pages_with "$1")" -ge "$2" ]; }
journal_has() { journalctl --sync; [ -n "$(journalctl -q -o cat -t beredd "$@")" ]; }

try() { # NAME: runs the function of that name; what it says last is the reason if it fails
  local reason
  if reason=$("$1" 2>&1); then echo "ok $1"; else
    echo "not ok $1: $(printf '%s' "$reason" | tail -n 4 | tr '\n' ' ')"
    failed=1
  fi
}

# ---- what an administrator writes

configure() {
  rm -rf /etc/beredd/*.ini /etc/beredd/rosters /etc/beredd/gateways
  mkdir -p /etc/beredd/rosters /etc/beredd/gateways
  cat >/etc/beredd/beredd.ini <<INI
[daemon]
organisation = Exempelby kommun
admins = anna.berg
admin-channels = sms
[http]
listen = 127.0.0.1:8787
public-url = https://larm.example.se
[channels]
sms = out, spare
INI
  cat >/etc/beredd/people.ini <<INI
[person anna.berg]
name = Anna Berg
sms = +46701740605
[person bo.ek]
name = Bo Ek
sms = +46701740606
INI
  cat >/etc/beredd/sources.ini <<INI
[source rtj]
title = Exempelby brandförsvar
token-sha256 = $(printf %s "$token" | sha256sum | cut -d' ' -f1)
INI
  cat >/etc/beredd/rosters/TIB.ini <<INI
[roster]
role = TIB
title = Tjänsteperson i beredskap
[rotation]
start = 2024-W01
order = anna.berg
[ladder]
step = 0s primary sms
repeat = 2s
INI
  cat >/etc/beredd/gateways/out.ini <<INI
[gateway out]
type = outbox
file = $outbox
INI
  # Never sent by, and yet the daemon does not start if it cannot read what the unit hands it.
  cat >/etc/beredd/gateways/spare.ini <<INI
[gateway spare]
type = http
method = POST
url = http://127.0.0.1:9/
username = beredd
password = credential:spare-password
body = {"to": {to}, "text": {text}}
content-type = application/json
accept = 200
INI
  (umask 077; mkdir -p /etc/beredd/credentials; echo secret >/etc/beredd/credentials/spare-password)
}

# ---- the tests

installs() {
  set -e
  systemd-sysusers
  systemd-tmpfiles --create
  journalctl --update-catalog
  systemctl daemon-reload
  [ "$(stat -c '%U:%G %a' /etc/beredd)" = "root:beredd 750" ]
  [ "$(stat -c '%U:%G %a' /etc/beredd/credentials)" = "root:root 700" ]
  systemctl preset beredd.service beredd.socket beredd-http.socket
}

configuration_is_clean() { beredd -t; }

starts_by_its_socket() {
  systemctl start beredd.socket beredd-http.socket
  [ "$(property ActiveState)" = inactive ] || { echo "it ran before anybody called"; return 1; }
  [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 30 $api/healthz)" = 200 ] || { echo "no answer"; return 1; }
  wait_for 10 is_active
}

takes_a_trigger() {
  local status
  status=$(trigger "Brand i skola")
  [ "$status" = 201 ] || { echo "status $status: $(cat /root/reply.json)"; return 1; }
  wait_for 10 has_pages "Brand i skola" 1
}

says_it_in_the_journal() {
  wait_for 10 journal_has BEREDD_EVENT=page-sent BEREDD_PERSON=anna.berg BEREDD_ROLE=TIB || { echo "no entry"; return 1; }
  journalctl -q -x -t beredd BEREDD_EVENT=page-sent -n 1 | grep -q 'That is not an answer' || { echo "the catalog has no word on it"; return 1; }
}

local_socket_knows_its_callers() {
  useradd -G beredd member; useradd stranger
  bereddctl status >/dev/null; [ $? -le 1 ] || { echo "root is refused"; return 1; }
  bereddctl list || { echo "root is refused"; return 1; }
  setpriv --reuid member --init-groups bereddctl list || { echo "a member of the group is refused"; return 1; }
  if setpriv --reuid stranger --regid stranger --clear-groups bereddctl list; then echo "a stranger is let in"; return 1; fi
  # Supplementary group alone: that is what SO_PEERGROUPS is for.
  setpriv --reuid member --regid stranger --groups "$(getent group beredd | cut -d: -f3)" bereddctl list
}

# No root: they write rosters and nothing else, and the service, which is in no such group, takes them into use.
coordinator_needs_no_root() {
  local at
  as_coordinator() { setpriv --reuid coordinator --init-groups "$@"; }
  useradd -G beredd,beredd-roster coordinator
  as_coordinator bereddctl roster shift add TIB now +2h bo.ek --yes || { echo "the shift is refused"; return 1; }
  at=$(bereddctl oncall --role TIB --json)
  [[ $at = *'"primary":"bo.ek"'* ]] || { echo "it is not in force: $at"; return 1; }
  printf 'vecka;namn\r\n2030-W10;bo ek\r\n' | as_coordinator bereddctl roster import TIB - --yes || { echo "the import is refused"; return 1; }
  as_coordinator sh -c 'sed -i "s/^repeat = 2s/repeat = 3s/" /etc/beredd/rosters/TIB.ini' || { echo "the file cannot be edited"; return 1; }
  as_coordinator bereddctl reload || { echo "the reload is refused"; return 1; }
  # A strict umask leaves a file that the service may not read: that is said, and the old roster holds.
  as_coordinator sh -c 'umask 077; cd /etc/beredd/rosters && cp TIB.ini new && mv -f new TIB.ini' || return 1
  if as_coordinator bereddctl reload; then echo "a file that cannot be read was taken"; return 1; fi
  as_coordinator sh -c 'chmod o+r /etc/beredd/rosters/TIB.ini && sed -i "s/^repeat = 3s/repeat = 2s/" /etc/beredd/rosters/TIB.ini'
  as_coordinator bereddctl reload || { echo "the reload is refused, though the file can be read"; return 1; }
  if as_coordinator sh -c 'echo >>/etc/beredd/people.ini' 2>/dev/null; then echo "people.ini can be written"; return 1; fi
  rm -r /etc/beredd/rosters/TIB.d; bereddctl reload
}

reloads() {
  local before after
  before=$(property MainPID)
  sed -i 's/^organisation.*/organisation = Nyby kommun/' /etc/beredd/beredd.ini
  systemctl reload beredd.service || { echo "systemctl reload failed"; return 1; }
  wait_for 10 journal_has BEREDD_EVENT=reloaded || { echo "no entry that it was reloaded"; return 1; }
  wait_for 10 is_active
  after=$(property MainPID)
  [ "$before" = "$after" ] || { echo "another process"; return 1; }
}

refuses_a_broken_configuration() {
  local refused=no
  cp /etc/beredd/people.ini /root/people.ini
  echo 'smss = +46701740606' >>/etc/beredd/people.ini
  if systemctl reload beredd.service; then echo "systemctl says that it was reloaded"; return 1; fi
  wait_for 10 journal_has BEREDD_EVENT=reload-refused && refused=yes
  cp /root/people.ini /etc/beredd/people.ini
  [ $refused = yes ] || { echo "no entry that it was refused"; return 1; }
  wait_for 10 is_active || { echo "not running"; return 1; }
  [ "$(trigger "Med gammal konfiguration")" = 201 ] || { echo "no longer takes triggers"; return 1; }
  systemctl reload beredd.service
}

restart_refuses_no_trigger() {
  local n=0 status
  # In the background, so that triggers come at every moment of it.
  (for n in 1 2 3 4 5 6 7 8 9 10; do systemctl restart beredd.service; done; touch /root/restarted) &
  until [ -e /root/restarted ] && [ $n -ge 20 ]; do
    n=$((n + 1))
    status=$(trigger "Under omstart $n")
    case $status in 200 | 201) ;; *) echo "trigger $n: status $status"; return 1 ;; esac
  done
  wait
  wait_for 10 is_active
}

survives_kill() {
  local before
  before=$(property MainPID)
  kill -KILL "$before"
  [ "$(trigger "Efter kill")" = 201 ] || { echo "refused"; return 1; }
  wait_for 10 is_active || return 1
  [ "$(property MainPID)" != "$before" ] && wait_for 10 has_pages "Brand i skola" 1
}

watchdog_ends_it_and_it_pages_again() {
  local pid count before
  pid=$(property MainPID) before=$(property NRestarts)
  kill -STOP "$pid"
  restarted() { [ "$(property NRestarts)" -gt "$before" ] && is_active; }
  wait_for 40 restarted || { echo "it was never started again: $(property Result)"; return 1; }
  journal_has_watchdog() { journalctl --sync; journalctl -q -o cat -u beredd.service | grep -qi 'watchdog timeout'; }
  wait_for 5 journal_has_watchdog || { echo "it ended, but not by its watchdog"; return 1; }
  count=$(pages_with "Brand i skola")
  wait_for 20 has_pages "Brand i skola" $((count + 2)) || { echo "it pages no more"; return 1; }
}

stopped_it_is_started_by_the_next_trigger() {
  systemctl stop beredd.service
  [ -S /run/beredd/beredd.sock ] || { echo "the socket is gone"; return 1; }
  [ "$(trigger "Efter stopp")" = 201 ] || { echo "refused"; return 1; }
  wait_for 10 is_active
}

stops_in_order() {
  systemctl stop beredd-http.socket beredd.socket beredd.service || return 1
  [ "$(property Result)" = success ] || { echo "Result=$(property Result)"; return 1; }
  bereddctl verify >/dev/null 2>&1; [ $? = 3 ] || { echo "somebody still answers"; return 1; }
}

failed=0
configure
for test in installs configuration_is_clean starts_by_its_socket takes_a_trigger says_it_in_the_journal local_socket_knows_its_callers coordinator_needs_no_root \
            reloads refuses_a_broken_configuration restart_refuses_no_trigger survives_kill watchdog_ends_it_and_it_pages_again \
            stopped_it_is_started_by_the_next_trigger stops_in_order; do
  try $test
  # Without an alarm that is paged there is nothing to try the rest on.
  [ "$test" != takes_a_trigger ] || [ -s $outbox ] || break
done
[ $failed = 0 ] || { echo "---- journal"; journalctl -q --no-pager -o short-precise -u 'beredd*' | tail -n 40; }
exit $failed
