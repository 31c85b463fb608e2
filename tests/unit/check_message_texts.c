/* Texts that administrators write: what -t says of them, what they make of a message, and what they can never do: pass a drill off as real
 * or the other way round, lose a code or a link, or let what came from outside out of its line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/gsm7.h"
#include "base/text.h"
#include "gateways/message_check.h"
#include "gateways/message_template.h"
#include "gateways/message_text.h"
#include "gateways/message_texts.h"
#include "gateways/message_words.h"
#include "unit.h"

#define HOUR_MINUTE(hour, minute) (INT64_C(20000) * USEC_PER_DAY + (hour) * USEC_PER_HOUR + (minute) * USEC_PER_MIN)
#define LINK "https://larm.example.se/a/OAAAACr__v0SAAAAAAAAAAAAAAAA"

enum { TEXTS_MAX = 400 };

static struct tz *utc;
static struct config_text entries[TEXTS_MAX];
static struct config config;
static struct message_texts *texts;
static struct message_text text;
static struct problems *problems;
static const struct person people[] = { { .id = "anna.berg", .name = "Anna Berg" }, { .id = "bo.ek", .name = "Bo Ek" } };
static const struct roster rosters[] = { { .role = "TIB", .title = "Tjänsteperson i beredskap" } };

static void setup(void)
{
    utc = tz_new_utc();
    problems = problems_new();
    config = (struct config){
        .plan = { .tz = utc, .organisation = "Botkyrka kommun", .persons = people, .n_persons = N_ELEMENTS(people), .rosters = rosters,
                  .n_rosters = N_ELEMENTS(rosters) },
        .public_url = "https://larm.example.se", .texts = entries,
    };
}

static void teardown(void)
{
    message_text_done(&text);
    text = (struct message_text){ 0 };
    message_texts_free(TAKE(texts));
    problems_free(problems);
    tz_free(utc);
}

static void write_text(const char *key, const char *template)
{
    size_t n = config.n_texts++;
    ck_assert_uint_lt(n, TEXTS_MAX);
    entries[n] = (struct config_text){ .key = key, .text = template, .origin = { .file = "beredd.ini", .line = (int)n + 1 } };
    message_texts_free(texts);
    texts = message_texts_new(&config);
}

static struct message_view view_of(enum purpose purpose, enum channel channel)
{
    struct message_view view = {
        .page = { incident_key(2026, 42), 7, 0x9f3a2c41 }, .purpose = purpose, .channel = channel, .to = "x", .person_id = "anna.berg",
        .person_name = "Anna Berg", .organisation = "Botkyrka kommun", .role = "TIB", .role_title = "Tjänsteperson i beredskap",
        .incident = incident_key(2026, 42), .summary = "Brand i skola", .location = "Tumba", .callback = "08-12345678",
        .code = 417302, .has_token = true, .token = { 0xff, 0xfe, 0xfd, 0x12 }, .opened_usec = HOUR_MINUTE(3, 11),
        .at_usec = HOUR_MINUTE(3, 12), .unheld_usec = HOUR_MINUTE(3, 12), .acknowledged_by = "Anna Berg",
        .acknowledged_number = "+46701740605", .acknowledged_usec = HOUR_MINUTE(3, 14), .closed_usec = HOUR_MINUTE(3, 20),
        .updated_usec = HOUR_MINUTE(3, 31), .count = 2, .gateway = "elks", .reason = "disk full",
        .duty_from_usec = HOUR_MINUTE(12, 0), .duty_until_usec = HOUR_MINUTE(13, 0), .duty_other = "Bo Ek",
    };
    return view;
}

static const char *render(const struct message_view *view)
{
    const struct text_context context = { .tz = utc, .public_url = "https://larm.example.se", .can_reply = true, .texts = texts };
    message_text_render(view, &context, &text);
    return buf_text(&text.text);
}

static bool starts(const char *whole, const char *start)
{
    return strncmp(whole, start, strlen(start)) == 0;
}

/* ---- what -t says ---- */

static const struct { const char *key, *template, *said; } verdicts[] = {
    { "page-sms", "{severity} {role} {time}: {summary}.[ Ring {callback}.] JA {code}[ {link}]", "" },
    { "page-sms.en", "{severity} {role}: {summary}. YES {code}[ {link}]", "" },
    { "page-email-body", "{severity} {role}\\n\\n{link}\nhej", "" },
    { "page-voice", "{severity} till {title}. Tryck ett eller två.", "" },
    { "page-voice.en", "{severity}. 1: yes, 2: no.", "" },
    { "page-voice", "{severity} till {title}. Rätt svar är ett.", "warning: 'page-voice' does not say which key says no: 1 takes the alarm, 2 says no" },
    { "drill-voice.en", "{severity}. Press two for no.", "warning: 'drill-voice.en' does not say which key takes the alarm: 1 takes the alarm, 2 says no" },
    { "page-voice", "Fett larm till {title}.", "warning: 'page-voice' does not say which key to press: 1 takes the alarm, 2 says no" },
    { "pagesms", "x", "error: unknown text 'pagesms'; did you mean 'page-sms'?" },
    { "page-sms.de", "x", "error: 'page-sms.de': a language is .sv or .en" },
    { "taken-voice", "x", "error: unknown text 'taken-voice'; did you mean 'page-voice'?" },
    { "quite-something-else", "x", "error: unknown text 'quite-something-else'; a name is a message's, as page, drill, taken or update, and -sms, "
      "-email-subject, -email-body or -voice" },
    { "taken-sms", "{sumary} {id}", "error: 'taken-sms': unknown placeholder {sumary}; did you mean {summary}?" },
    { "taken-sms", "{id", "error: 'taken-sms': a '{' without its '}'" },
    { "taken-sms", "[{id}", "error: 'taken-sms': a '[' without its ']'" },
    { "taken-sms", "{id}]", "error: 'taken-sms': a ']' without its '['" },
    { "taken-sms", "[{id} [{by}]]", "error: 'taken-sms': brackets do not stand within brackets" },
    { "taken-sms", "{id} [tagen]", "error: 'taken-sms': brackets hold what is left out where a placeholder in them is empty; these hold no placeholder" },
    { "page-sms", "{severity}[ {summary} {link}] {code}",
      "error: 'page-sms': {link} shares its brackets with another placeholder, and would be left out where that one is empty" },
    { "page-sms", "{severity} {summary}", "error: 'page-sms' has neither {code} nor {link}: nobody could answer it" },
    { "drill-sms", "{severity} {summary} {code}",
      "warning: 'drill-sms' has no {link}: whoever's replies cannot come in, or whose code is locked, cannot answer" },
    { "page-sms", "{severity} {summary} {link}", "warning: 'page-sms' has no {code}: without the Internet nobody could answer it" },
    { "page-email-body", "{severity} {summary}", "error: 'page-email-body' has no {link}: nobody could answer it" },
    { "page-email-subject", "{severity} {code}", "warning: {code} is empty in 'page-email-subject': only a text message can be answered with it" },
    { "page-sms", "{severity} {code} Se {link}.", "warning: '.' behind {link} would be taken for a part of it" },
    { "page-sms", "{severity} {code}[ Se {link}]!", "warning: '!' behind {link} would be taken for a part of it" },
    { "page-sms", "Övningslarm {code} {link}",
      "error: 'page-sms' calls itself an exercise, and real alarms are sent with it; the program marks what is one" },
    { "taken-sms.en", "EXERCISE {id}", "error: 'taken-sms.en' calls itself an exercise, and real alarms are sent with it; the program marks what is one" },
    { "drill-sms", "{severity} övning {code} {link}", "warning: 'drill-sms' need not say that it is an exercise: the program puts that before it" },
    { "page-sms", "{severity} \xf0\x9f\x94\xa5 {code} {link}",
      "warning: 'page-sms' holds a character outside the alphabet of SMS, so that a part takes 67 characters and not 153" },
};

START_TEST(what_is_said_of_a_text)
{
    write_text(verdicts[_i].key, verdicts[_i].template);
    message_check_texts(&config, problems);
    CLEANUP_BUF struct buf said = { 0 };
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        buf_printf(&said, "%s%s: %s", i ? "\n" : "", problem_level_name(problem->level), problem->message);
        ck_assert_str_eq(problem->file, "beredd.ini");
        ck_assert_int_eq(problem->line, 1);
    }
    ck_assert_str_eq(buf_text(&said), verdicts[_i].said);
}
END_TEST

START_TEST(a_text_stands_once)
{
    write_text("page-sms", "{severity} {code} {link}");
    write_text("page-sms.sv", "{severity} {code} {link} x");
    write_text("page-sms.en", "{severity} {code} {link} y");
    message_check_texts(&config, problems);
    ck_assert_uint_eq(problems_count(problems), 1);
    ck_assert_str_eq(problems_get(problems, 0)->message, "'page-sms.sv' stands twice; the first is on line 1");
}
END_TEST

/* The longest page there is, less what is cut: by hand, "SKARP FÖRVARNING " (17) and so on, to the septet. */
START_TEST(parts_are_exact)
{
    static char template[TEXT_MAX_BYTES];
    const size_t fixed = strlen("SKARP FORVARNING ") + strlen("999999 ") + strlen(LINK) + 1;
    for (size_t more = 306 - fixed; more <= 306 - fixed + 1; more++) {
        strcpy(template, "{severity} {code} {link} ");
        for (size_t i = 0; i < more; i++)
            strcat(template, "x");
        config.n_texts = 0;
        write_text("page-sms", template);
        message_check_texts(&config, problems);
        if (more == 306 - fixed)
            ck_assert_uint_eq(problems_count(problems), 0);
    }
    ck_assert_uint_eq(problems_count(problems), 1);
    ck_assert_str_eq(problems_get(problems, 0)->message,
                     "'page-sms' could take 3 parts as an SMS, more than 2, and leaves no room for what has happened");
}
END_TEST

START_TEST(a_text_is_bounded)
{
    static char template[TEXT_MAX_BYTES + 2];
    memset(template, 'x', TEXT_MAX_BYTES + 1);
    write_text("taken-sms", template);
    message_check_texts(&config, problems);
    ck_assert_uint_eq(problems_count(problems), 1);
    ck_assert_str_eq(problems_get(problems, 0)->message, "'taken-sms' is longer than 2000 bytes");
    struct message_view view = view_of(PURPOSE_TAKEN, CHANNEL_SMS);
    ck_assert_ptr_nonnull(strstr(render(&view), "kvitterat"));
}
END_TEST

/* One mechanism: what is built in is a text of the same kind, and stands its own test. */
START_TEST(what_is_built_in_is_sound)
{
    static const char *const fields[] = { "sms", "email-subject", "email-body", "voice" };
    static char keys[TEXTS_MAX][64];
    for (unsigned kind = 1; kind < TEXT_KIND_END; kind++) {
        for (int language = LANGUAGE_SV; message_text_kind_name(kind) && language <= LANGUAGE_EN; language++) {
            const struct message_wording *wording = message_wording(kind, (enum language)language);
            const char *const all[] = { wording->text, wording->subject, wording->mail, wording->voice };
            for (size_t i = 0; i < N_ELEMENTS(all); i++) {
                if (!all[i])
                    continue;
                snprintf(keys[config.n_texts], sizeof keys[0], "%s-%s.%s", message_text_kind_name(kind), fields[i],
                         language == LANGUAGE_EN ? "en" : "sv");
                write_text(keys[config.n_texts], all[i]);
            }
        }
    }
    ck_assert_uint_gt(config.n_texts, 60);
    message_check_texts(&config, problems);
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        ck_assert_msg(starts(problem->message, "'drill-") && problem->level == PROBLEM_WARNING, "%s", problem->message);
    }
}
END_TEST

/* ---- what they make of a message ---- */

START_TEST(a_text_takes_the_place_of_the_built_in_one)
{
    write_text("page-sms", "{severity} {role} {time} {person}: {summary} ({location}). {code} {link} {id}");
    write_text("page-sms.en", "{severity} {role}: {what}. {code} {link}");
    write_text("page-email-subject", "{severity} {summary}");
    write_text("page-email-body", "{severity}: {what}.\nSvara: {link}\\n\\n{organisation}");
    struct message_view view = view_of(PURPOSE_PAGE, CHANNEL_SMS);
    ck_assert_str_eq(render(&view), "LARM TIB 03:12 Anna Berg: Brand i skola (Tumba). 417302 " LINK " 2026-0042");
    view.sensitive = true;
    ck_assert_str_eq(render(&view), "LARM TIB 03:12 Anna Berg:  (). 417302 " LINK " ");
    view = view_of(PURPOSE_PAGE, CHANNEL_SMS);
    view.language = LANGUAGE_EN;
    ck_assert_str_eq(render(&view), "ALARM TIB: Brand i skola, Tumba. 417302 " LINK);
    view = view_of(PURPOSE_PAGE, CHANNEL_EMAIL);
    ck_assert_str_eq(render(&view), "LARM: Brand i skola, Tumba.\nSvara: " LINK "\n\nBotkyrka kommun\n");
    ck_assert_str_eq(buf_text(&text.subject), "LARM Brand i skola");
    ck_assert_ptr_nonnull(strstr(buf_text(&text.html), "Svara: <a href=\"" LINK "\">" LINK "</a>"));
    view.drill = true;
    ck_assert_str_eq(render(&view), "ÖVNING ÖVNING ÖVNING: Brand i skola, Tumba.\nSvara: " LINK "\n\nBotkyrka kommun\n\n"
                                    "Detta är en övning. Inget har hänt.\n");
    ck_assert_str_eq(buf_text(&text.subject), "ÖVNING ÖVNING ÖVNING Brand i skola");
}
END_TEST

START_TEST(a_drill_has_its_own_text_or_the_pages)
{
    write_text("page-sms", "{severity} {code} {link} ring genast");
    struct message_view view = view_of(PURPOSE_PAGE, CHANNEL_SMS);
    view.drill = true;
    ck_assert_str_eq(render(&view), "ÖVNING ÖVNING ÖVNING 417302 " LINK " ring genast");
    write_text("drill-sms", "{severity} {code} {link} svara");
    ck_assert_str_eq(render(&view), "ÖVNING ÖVNING ÖVNING 417302 " LINK " svara");
    view.drill = false;
    view.sharp = true;
    ck_assert_str_eq(render(&view), "SKARPT LARM 417302 " LINK " ring genast");
}
END_TEST

START_TEST(the_source_has_texts_of_its_own)
{
    struct message_view view = view_of(PURPOSE_WITHDRAWN, CHANNEL_SMS);
    write_text("source-withdrawn-sms", "Slut {id} {closed}");
    ck_assert_ptr_nonnull(strstr(render(&view), "Du behöver inte göra något."));
    view.person_id = view.person_name = "";
    ck_assert_str_eq(render(&view), "Slut 2026-0042 03:20");
    message_texts_free(TAKE(texts));
    ck_assert_str_eq(render(&view), "ÅTERKALLAT 03:20: LARM TIB 2026-0042. Ingen har kvitterat, och ingen larmas längre.");
}
END_TEST

START_TEST(typographic_marks_cost_no_parts)
{
    write_text("taken-sms", "\xe2\x80\x9dTagen\xe2\x80\x9d \xe2\x80\x93 {id}");
    message_check_texts(&config, problems);
    ck_assert_uint_eq(problems_count(problems), 0);
    struct message_view view = view_of(PURPOSE_TAKEN, CHANNEL_SMS);
    ck_assert_str_eq(render(&view), "\"Tagen\" - 2026-0042");
}
END_TEST

START_TEST(what_is_cut_and_what_is_not)
{
    static char summary[400];
    memset(summary, 'x', sizeof summary - 1);
    write_text("page-sms", "{severity} {summary}, {location} {id} Ring {callback} JA {code} {link}");
    struct message_view view = view_of(PURPOSE_PAGE, CHANNEL_SMS);
    view.summary = summary;
    const char *body = render(&view);
    ck_assert_uint_eq(gsm7_measure(body, strlen(body)).segments, 2);
    ck_assert_ptr_nonnull(strstr(body, "xxx..., "));
    ck_assert_ptr_nonnull(strstr(body, "Ring 08-12345678 JA 417302 " LINK));
    ck_assert_ptr_null(strstr(body, "Tumba"));
    ck_assert_ptr_null(strstr(body, "2026-0042"));
}
END_TEST

/* ---- what they can never do ---- */

static const char *const shapes[] = {
    "Hej {person}", "{mark}{by}", "[{by} {mark}] {severity}", " {severity}", "[{severity} {gateway}]", "x", "{summary} {link} {code}",
};

static void write_everywhere(const char *shape)
{
    static char keys[TEXTS_MAX][64];
    config.n_texts = 0;
    for (unsigned kind = 0; kind < TEXT_KIND_END; kind++) {
        for (int field = 0; message_text_kind_name(kind) && field < TEXT_FIELD_COUNT; field++) {
            CLEANUP_BUF struct buf name = { 0 };
            message_text_name_add(&name, kind, (enum text_field)field);
            snprintf(keys[config.n_texts], sizeof keys[0], "%s", buf_text(&name));
            write_text(keys[config.n_texts], shape);
        }
    }
}

static bool of_the_house(enum purpose purpose)
{
    return purpose == PURPOSE_GATEWAY_TEST || purpose == PURPOSE_CHECK || purpose == PURPOSE_CHECK_FAILED ||
           purpose == PURPOSE_GATEWAY_NEWS || purpose == PURPOSE_DEGRADED || purpose == PURPOSE_RESTORED || purpose == PURPOSE_ON_DUTY ||
           purpose == PURPOSE_OFF_DUTY || purpose == PURPOSE_GAP;
}

/* P13, whatever an administrator writes. */
START_TEST(a_drill_is_always_marked_and_nothing_else_is)
{
    write_everywhere(shapes[_i]);
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        for (int channel = 0; purpose_known(purpose) && channel < CHANNEL_COUNT; channel++) {
            bool built_in = channel == CHANNEL_VOICE && purpose != PURPOSE_PAGE;
            if (of_the_house(purpose) || built_in)
                continue;
            struct message_view view = view_of(purpose, (enum channel)channel);
            const char *mark = channel == CHANNEL_VOICE ? "Övning. Övning. Övning." : "ÖVNING ÖVNING ÖVNING";
            view.drill = true;
            ck_assert_msg(starts(render(&view), mark), "%d: %s", purpose, render(&view));
            if (channel == CHANNEL_EMAIL) {
                ck_assert_msg(starts(buf_text(&text.subject), mark), "%s", buf_text(&text.subject));
                ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Detta är en övning. Inget har hänt."));
                ck_assert_ptr_nonnull(strstr(buf_text(&text.html), "Detta är en övning. Inget har hänt."));
            }
            view.drill = false;
            view.sharp = true;
            const char *body = render(&view);
            ck_assert_msg(!strstr(body, "ÖVNING") && !strstr(body, "Övning"), "%s", body);
            if (purpose == PURPOSE_PAGE)
                ck_assert_msg(starts(body, channel == CHANNEL_VOICE ? "Skarpt larm" : "SKARPT LARM"), "%s", body);
        }
    }
}
END_TEST

static const char evil[] = "A\r\nBcc: x@example.se\r\n\r\n.\r\n\x1b[2J\x07\xc2\x85\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6<b onclick='x'>\"&{code}[x]\xff";

static void assert_harmless(enum channel channel, enum purpose purpose)
{
    const char *const all[] = { buf_text(&text.text), buf_text(&text.subject), buf_text(&text.html) };
    static const char *const never[] = { "\r", "\x1b", "\x07", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6", "\nBcc", "\n.", "\xff", "<b " };
    for (size_t i = 0; i < N_ELEMENTS(all); i++) {
        ck_assert(text_utf8_valid(all[i], strlen(all[i])));
        for (size_t j = 0; j < N_ELEMENTS(never) - (i < 2); j++)
            ck_assert_msg(!strstr(all[i], never[j]), "purpose %d, channel %d, '%s' in %s", purpose, channel, never[j], all[i]);
    }
    ck_assert_ptr_null(strchr(all[1], '\n'));
    ck_assert(channel == CHANNEL_EMAIL || !strchr(all[0], '\n'));
}

/* Every field in every placeholder, on every channel, in what is built in (0) and in what is not (1). */
START_TEST(nothing_gets_out_of_its_line)
{
    if (_i == 1)
        write_everywhere("{severity} {mark} {role} {title} {organisation} {summary} {location} {what} {callback} {person} {by} {number} {gateway} "
                         "{reason} {other} {from} {until} {count} {code} {link} {id}");
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        for (int channel = 0; purpose_known(purpose) && channel < CHANNEL_COUNT; channel++) {
            struct message_view view = view_of(purpose, (enum channel)channel);
            view.summary = view.location = view.callback = view.organisation = view.role = view.role_title = view.person_name = evil;
            view.acknowledged_by = view.acknowledged_number = view.gateway = view.reason = view.duty_other = evil;
            for (int drill = 0; drill <= 1; drill++) {
                view.drill = drill;
                render(&view);
                assert_harmless((enum channel)channel, purpose);
            }
        }
    }
}
END_TEST

START_TEST(sensitive_is_sensitive_in_every_text)
{
    write_everywhere("{severity} {role} {summary} {location} {what} {code} {link}");
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        for (int channel = 0; purpose_known(purpose) && channel < CHANNEL_COUNT; channel++) {
            struct message_view view = view_of(purpose, (enum channel)channel);
            view.sensitive = true;
            for (int source = 0; source <= 1; source++) {
                view.person_id = source ? "" : "anna.berg";
                render(&view);
                const char *const all[] = { buf_text(&text.text), buf_text(&text.subject), buf_text(&text.html) };
                for (size_t i = 0; i < N_ELEMENTS(all); i++)
                    ck_assert_msg(!strstr(all[i], "Brand") && !strstr(all[i], "Tumba"), "%s", all[i]);
            }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("message_texts");
    TCase *tcase = tcase_create("texts");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, what_is_said_of_a_text, 0, N_ELEMENTS(verdicts));
    tcase_add_test(tcase, a_text_stands_once);
    tcase_add_test(tcase, parts_are_exact);
    tcase_add_test(tcase, a_text_is_bounded);
    tcase_add_test(tcase, what_is_built_in_is_sound);
    tcase_add_test(tcase, a_text_takes_the_place_of_the_built_in_one);
    tcase_add_test(tcase, a_drill_has_its_own_text_or_the_pages);
    tcase_add_test(tcase, the_source_has_texts_of_its_own);
    tcase_add_test(tcase, typographic_marks_cost_no_parts);
    tcase_add_test(tcase, what_is_cut_and_what_is_not);
    tcase_add_loop_test(tcase, a_drill_is_always_marked_and_nothing_else_is, 0, N_ELEMENTS(shapes));
    tcase_add_loop_test(tcase, nothing_gets_out_of_its_line, 0, 2);
    tcase_add_test(tcase, sensitive_is_sensitive_in_every_text);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
