/* The words that people get: every text to the letter, what is cut when it does not fit, and what can never get in. */
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/gsm7.h"
#include "base/text.h"
#include "gateways/message_number.h"
#include "gateways/message_text.h"
#include "gateways/message_voice.h"
#include "gateways/message_words.h"
#include "unit.h"

#define HOUR_MINUTE(hour, minute) (INT64_C(20000) * USEC_PER_DAY + (hour) * USEC_PER_HOUR + (minute) * USEC_PER_MIN)
#define LINK "https://larm.example.se/a/"

static const uint8_t token[TOKEN_BYTES] = { 0xff, 0xfe, 0xfd, 0x12 };

static struct message_view page_view(void)
{
    struct message_view view = {
        .page = { incident_key(2026, 42), 7, 0x9f3a2c41 },
        .purpose = PURPOSE_PAGE,
        .channel = CHANNEL_SMS,
        .language = LANGUAGE_SV,
        .to = "+46701740605",
        .person_id = "anna.berg",
        .person_name = "Anna Berg",
        .organisation = "Botkyrka kommun",
        .role = "TIB",
        .role_title = "Tjänsteperson i beredskap",
        .incident = incident_key(2026, 42),
        .summary = "Brand i skola",
        .location = "Tumba",
        .callback = "08-12345678",
        .severity = SEVERITY_CRITICAL,
        .code = 417302,
        .has_token = true,
        .opened_usec = HOUR_MINUTE(3, 11),
        .at_usec = HOUR_MINUTE(3, 12),
        .gateway = "",
        .reason = "",
    };
    memcpy(view.token, token, sizeof token);
    return view;
}

static struct message_view notice_view(enum purpose purpose)
{
    struct message_view view = page_view();
    view.purpose = purpose;
    view.acknowledged_by = "Anna Berg";
    view.acknowledged_usec = HOUR_MINUTE(3, 14);
    view.closed_usec = HOUR_MINUTE(3, 20);
    view.updated_usec = HOUR_MINUTE(3, 31);
    view.count = 1;
    return view;
}

static struct tz *utc;
static struct text_context context;
static struct message_text text;

static void setup(void)
{
    utc = tz_new_utc();
    context = (struct text_context){ .tz = utc, .public_url = "https://larm.example.se", .can_reply = true };
}

static void teardown(void)
{
    message_text_done(&text);
    text = (struct message_text){ 0 };
    tz_free(utc);
}

static const char *link_text(void)
{
    static char link[128];
    CLEANUP_BUF struct buf buf = { 0 };
    buf_add_text(&buf, LINK);
    token_add_text(&buf, incident_key(2026, 42), token);
    strncpy(link, buf_text(&buf), sizeof link - 1);
    return link;
}

static const char *render(const struct message_view *view)
{
    message_text_render(view, &context, &text);
    ck_assert(text_utf8_valid(buf_text(&text.text), text.text.len));
    return buf_text(&text.text);
}

/* "LINK" in what is expected stands for the whole link. */
static void expect(const struct message_view *view, const char *expected)
{
    CLEANUP_BUF struct buf whole = { 0 };
    const char *at = strstr(expected, "LINK");
    buf_add(&whole, expected, at ? (size_t)(at - expected) : strlen(expected));
    if (at) {
        buf_add_text(&whole, link_text());
        buf_add_text(&whole, at + 4);
    }
    ck_assert_str_eq(render(view), buf_text(&whole));
}

static unsigned parts(void)
{
    return gsm7_measure(buf_text(&text.text), text.text.len).segments;
}

/* ---- to the letter ---- */

START_TEST(page_in_swedish)
{
    struct message_view view = page_view();
    expect(&view, "LARM TIB 03:12: Brand i skola, Tumba. Ring 08-12345678. Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
    ck_assert_uint_eq(parts(), 1);
    view.severity = SEVERITY_WARNING;
    expect(&view,
           "FÖRVARNING TIB 03:12: Brand i skola, Tumba. Ring 08-12345678. Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
    view.severity = SEVERITY_INFO;
    view.callback = NULL;
    expect(&view, "INFORMATION TIB 03:12: Brand i skola, Tumba. Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
}
END_TEST

START_TEST(page_in_english)
{
    struct message_view view = page_view();
    view.language = LANGUAGE_EN;
    expect(&view, "ALARM TIB 03:12: Brand i skola, Tumba. Call 08-12345678. Reply YES 417302 or NO 417302. LINK 2026-0042");
    view.drill = true;
    expect(&view, "EXERCISE EXERCISE EXERCISE TIB 03:12: Brand i skola, Tumba. Call 08-12345678. "
                  "Reply as to a real alarm: YES 417302 or NO 417302. LINK 2026-0042");
}
END_TEST

START_TEST(drill)
{
    struct message_view view = page_view();
    view.drill = true;
    view.callback = NULL;
    view.at_usec = HOUR_MINUTE(10, 2);
    expect(&view, "ÖVNING ÖVNING ÖVNING TIB 10:02: Brand i skola, Tumba. Svara som vid skarpt larm: JA 417302 eller NEJ 417302. "
                  "LINK 2026-0042");
}
END_TEST

START_TEST(sharp)
{
    struct message_view view = page_view();
    view.sharp = true;
    expect(&view, "SKARPT LARM TIB 03:12: Brand i skola, Tumba. Ring 08-12345678. Svara JA 417302 eller NEJ 417302. LINK");
    ck_assert_uint_eq(parts(), 1);
    view.severity = SEVERITY_WARNING;
    ck_assert_ptr_nonnull(strstr(render(&view), "SKARP FÖRVARNING TIB 03:12: "));
}
END_TEST

START_TEST(notices)
{
    struct message_view view = notice_view(PURPOSE_CONFIRMATION);
    expect(&view, "Kvitterat 03:14. Du har tagit LARM TIB 2026-0042, Brand i skola, Tumba. Ring 08-12345678. Kan du inte längre? "
                  "Svara NEJ 417302");
    view = notice_view(PURPOSE_NOT_UNDERSTOOD);
    expect(&view, "Förstod inte. Larmet är INTE kvitterat. Svara JA 417302 eller NEJ 417302.");
    view = notice_view(PURPOSE_CODE_LOCKED);
    expect(&view, "Koden är spärrad. Ny kod kommer i nästa larm. Du kan också använda länken.");
    view = notice_view(PURPOSE_TAKEN);
    expect(&view, "LARM TIB 2026-0042 kvitterat 03:14 av Anna Berg. Du behöver inte göra något.");
    view = notice_view(PURPOSE_UPDATE);
    expect(&view, "UPPDATERING 03:31 TIB 2026-0042: Brand i skola, Tumba. LINK");
    view.count = 3;
    expect(&view, "UPPDATERING 03:31 TIB 2026-0042 (3 uppdateringar): Brand i skola, Tumba. LINK");
    view = notice_view(PURPOSE_WITHDRAWN);
    expect(&view, "ÅTERKALLAT 03:20: LARM TIB 2026-0042 gäller inte längre. Du behöver inte göra något.");
    view = notice_view(PURPOSE_GATEWAY_TEST);
    view.gateway = "elks";
    view.role = view.role_title = "";        /* as the engine gives what belongs to no call-out */
    view.incident = 0;
    expect(&view, "TEST av larmvägen elks, Botkyrka kommun. Inget har hänt. Svara inte.");
    view.purpose = PURPOSE_CHECK;
    expect(&view, "TEST av larmvägen elks, Botkyrka kommun. Inget har hänt. Svara inte.");
    view.purpose = PURPOSE_CHECK_FAILED;
    view.reason = "no receipt within 10m";
    expect(&view, "LARMSYSTEMET, Botkyrka kommun: PROVET av larmvägen elks kom INTE fram (no receipt within 10m). Kontrollera den nu.");
    view.purpose = PURPOSE_GATEWAY_NEWS;
    view.reason = "312.50 SEK";
    view.at_usec = 0;
    expect(&view, "LARMSYSTEMET, Botkyrka kommun: larmvägen elks har bara 312.50 SEK kvar. Fyll på.");
    view.reason = "";
    view.at_usec = HOUR_MINUTE(3, 12);
    expect(&view, "LARMSYSTEMET, Botkyrka kommun: larmvägen elks fungerar igen, provet 03:12 kom fram.");
    view = notice_view(PURPOSE_DRILL_END);
    view.drill = true;
    view.closed_usec = HOUR_MINUTE(10, 32);
    expect(&view, "ÖVNINGEN ÄR SLUT 10:32. Tack. Svara inte mer.");
    view.channel = CHANNEL_EMAIL;
    expect(&view, "ÖVNINGEN ÄR SLUT 10:32. Tack. Svara inte mer.\nDetta är en övning. Inget har hänt.\n\nBotkyrka kommun\n");
}
END_TEST

static struct message_view duty_view(enum purpose purpose)
{
    struct message_view view = notice_view(purpose);
    view.incident = 0;
    view.code = 0;
    view.has_token = false;
    view.count = 0;
    view.duty_from_usec = civil_to_sec(&(struct civil){ .year = 2026, .month = 12, .day = 21, .hour = 12 }) * USEC_PER_SEC;
    view.duty_until_usec = view.duty_from_usec + 7 * USEC_PER_DAY;
    view.duty_other = "Bo Ek";
    return view;
}

START_TEST(why_a_drill_did_not_begin)
{
    struct message_view view = duty_view(PURPOSE_DRILL_MISSED);
    view.drill = true;
    view.duty_other = "vecka";
    view.reason = "the daemon was not running then; nor did the 2 before it";
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Orsak: larmsystemet var inte igång då; inte heller de 2 före."));
    view.reason = "a real alarm was under way";
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Orsak: ett skarpt larm pågick."));
    view.language = LANGUAGE_EN;
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Reason: a real alarm was under way."));
}
END_TEST

/* P13: something has happened, and no message may say that nothing has. */
START_TEST(a_drill_that_something_real_stopped)
{
    struct message_view view = notice_view(PURPOSE_DRILL_ABORTED);
    view.drill = view.aborted = true;
    view.closed_usec = HOUR_MINUTE(10, 20);
    view.channel = CHANNEL_EMAIL;
    expect(&view, "ÖVNINGEN AVBRUTEN 10:20 på grund av en verklig händelse. Svara inte på övningslarmet.\n"
                  "Detta gäller övningen, inte den verkliga händelsen.\n\nBotkyrka kommun\n");
    view.language = LANGUAGE_EN;
    expect(&view, "THE EXERCISE WAS STOPPED 10:20 because of a real incident. Do not reply to the exercise alarm.\n"
                  "This is about the exercise, not about the real incident.\n\nBotkyrka kommun\n");
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        if (!purpose_known(purpose) || purpose == PURPOSE_GATEWAY_TEST || purpose == PURPOSE_CHECK)
            continue;
        view.purpose = purpose;
        ck_assert_ptr_null(strstr(render(&view), "Nothing has happened."));
    }
}
END_TEST

static struct message_view source_view(enum purpose purpose)
{
    struct message_view view = notice_view(purpose);
    view.to = "+46701740698";
    view.person_id = view.person_name = "";
    view.code = 0;
    view.has_token = false;
    view.acknowledged_number = "+46701740605";
    view.unheld_usec = HOUR_MINUTE(3, 12);
    return view;
}

START_TEST(to_the_source)
{
    struct message_view view = source_view(PURPOSE_SOURCE_TAKEN);
    expect(&view, "TIB Botkyrka kommun har kvitterat 2026-0042 kl. 03:14: Anna Berg, 070-174 06 05.");
    view.acknowledged_number = NULL;
    expect(&view, "TIB Botkyrka kommun har kvitterat 2026-0042 kl. 03:14: Anna Berg.");
    view.drill = true;
    expect(&view, "ÖVNING ÖVNING ÖVNING. TIB Botkyrka kommun har kvitterat 2026-0042 kl. 03:14: Anna Berg.");
    view = source_view(PURPOSE_SOURCE_UNANSWERED);
    expect(&view, "INGEN TIB HAR SVARAT på 2026-0042 sedan 03:12. Larmningen fortsätter.");
    view = source_view(PURPOSE_SOURCE_RELEASED);
    view.unheld_usec = HOUR_MINUTE(3, 40);
    expect(&view, "INGEN TIB HAR 2026-0042 LÄNGRE: den som kvitterat lämnade återbud 03:40. Larmningen fortsätter.");
    view.language = LANGUAGE_EN;
    expect(&view, "NO TIB HAS 2026-0042 ANY LONGER: who acknowledged it withdrew at 03:40. Paging goes on.");
    view.channel = CHANNEL_EMAIL;
    view.drill = true;
    expect(&view, "EXERCISE EXERCISE EXERCISE. NO TIB HAS 2026-0042 ANY LONGER: who acknowledged it withdrew at 03:40. Paging goes on.\n"
                  "\nBrand i skola, Tumba.\n\nThis is an exercise. Nothing has happened.\n\nBotkyrka kommun\n");
}
END_TEST

START_TEST(numbers_as_they_are_rung)
{
    static const struct { const char *e164, *text; } cases[] = {
        { "+46701740605", "070-174 06 05" }, { "+46812345678", "08-123 456 78" }, { "+4681234567", "08-123 45 67" },
        { "+46317654321", "+46317654321" }, { "+4790000000", "+4790000000" }, { "+4", "+4" }, { "", "" },
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP_BUF struct buf buf = { 0 };
        message_number_add(&buf, cases[i].e164);
        ck_assert_str_eq(buf_text(&buf), cases[i].text);
    }
}
END_TEST

START_TEST(changes_of_duty)
{
    struct message_view view = duty_view(PURPOSE_ON_DUTY);
    expect(&view, "Du är TIB nu, till mån 28 december 12:00. Du avlöser Bo Ek. Botkyrka kommun. Svara inte.");
    ck_assert_uint_eq(parts(), 1);
    view.duty_until_usec = 0;
    view.duty_other = NULL;
    expect(&view, "Du är TIB nu. Botkyrka kommun. Svara inte.");
    view = duty_view(PURPOSE_OFF_DUTY);
    expect(&view, "Du är inte längre TIB. Bo Ek har tagit över. Botkyrka kommun. Svara inte.");
    view.duty_other = NULL;
    expect(&view, "Du är inte längre TIB. INGEN har tagit över. Botkyrka kommun. Svara inte.");
    view.language = LANGUAGE_EN;
    expect(&view, "You are no longer TIB. NOBODY has taken over. Botkyrka kommun. Do not reply.");
    view = duty_view(PURPOSE_GAP);
    expect(&view, "INGEN är TIB från mån 21 december 12:00 till mån 28 december 12:00. Fyll luckan i schemat. Botkyrka kommun.");
    view.channel = CHANNEL_EMAIL;
    view.count = 3;
    expect(&view, "INGEN är TIB från mån 21 december 12:00 till mån 28 december 12:00, och 3 luckor i allt: tjänsteperson i beredskap.\n"
                  "Ett larm då når ingen på första steget.\n\nFyll luckan:\nbereddctl roster show TIB\nbereddctl roster edit TIB\n\n"
                  "Botkyrka kommun\n");
    ck_assert_str_eq(buf_text(&text.subject), "INGEN är TIB från mån 21 december 12:00 till mån 28 december 12:00");
}
END_TEST

START_TEST(notices_in_english)
{
    struct message_view view = notice_view(PURPOSE_TAKEN);
    view.language = LANGUAGE_EN;
    expect(&view, "ALARM TIB 2026-0042 acknowledged 03:14 by Anna Berg. You need not do anything.");
    view.purpose = PURPOSE_CONFIRMATION;
    expect(&view, "Acknowledged 03:14. You have taken ALARM TIB 2026-0042, Brand i skola, Tumba. Call 08-12345678. No longer "
                  "able? Reply NO 417302");
}
END_TEST

START_TEST(voice)
{
    struct message_view view = page_view();
    view.channel = CHANNEL_VOICE;
    view.callback = NULL;
    expect(&view, "Larm till tjänsteperson i beredskap, Botkyrka kommun, klockan tre och tolv. Brand i skola, Tumba. "
                  "Tryck ett om du tar larmet. Tryck två om du inte kan.");
    view.drill = true;
    ck_assert_ptr_nonnull(strstr(render(&view), "Övning. Övning. Övning. Övningslarm till tjänsteperson"));
    view.drill = false;
    view.sharp = true;
    ck_assert_ptr_nonnull(strstr(render(&view), "Skarpt larm till tjänsteperson"));
}
END_TEST

START_TEST(clock_in_words)
{
    static const struct { int hour, minute; const char *swedish, *english; } cases[] = {
        { 3, 12, "tre och tolv", "three twelve" },
        { 0, 0, "noll", "zero o'clock" },
        { 23, 59, "tjugotre och femtionio", "twenty-three fifty-nine" },
        { 14, 5, "fjorton och fem", "fourteen oh five" },
        { 20, 30, "tjugo och trettio", "twenty thirty" },
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP_BUF struct buf swedish = { 0 };
        CLEANUP_BUF struct buf english = { 0 };
        message_voice_add_clock(&swedish, cases[i].hour, cases[i].minute, LANGUAGE_SV);
        message_voice_add_clock(&english, cases[i].hour, cases[i].minute, LANGUAGE_EN);
        ck_assert_str_eq(buf_text(&swedish), cases[i].swedish);
        ck_assert_str_eq(buf_text(&english), cases[i].english);
    }
}
END_TEST

/* ---- what is left out ---- */

START_TEST(without_ways_to_answer)
{
    struct message_view view = page_view();
    context.can_reply = false;
    expect(&view, "LARM TIB 03:12: Brand i skola, Tumba. Ring 08-12345678. LINK 2026-0042");
    context.public_url = NULL;
    expect(&view, "LARM TIB 03:12: Brand i skola, Tumba. Ring 08-12345678. 2026-0042");
    context.can_reply = true;
    view.code = 42;
    expect(&view, "LARM TIB 03:12: Brand i skola, Tumba. Ring 08-12345678. Svara JA 000042 eller NEJ 000042. 2026-0042");
    struct message_view lost = notice_view(PURPOSE_NOT_UNDERSTOOD);
    lost.code = 0;
    expect(&lost, "Förstod inte. Larmet är INTE kvitterat.");
}
END_TEST

static bool is_of_drills(enum purpose purpose)
{
    return purpose == PURPOSE_DRILL_END || (purpose >= PURPOSE_DRILL_ABORTED && purpose <= PURPOSE_DRILL_RESULT);
}

START_TEST(sensitive)
{
    static const enum channel channels[] = { CHANNEL_SMS, CHANNEL_VOICE, CHANNEL_EMAIL };
    struct message_view view = page_view();
    view.sensitive = true;
    expect(&view, "LARM TIB 03:12. Ring 08-12345678. Svara JA 417302 eller NEJ 417302. LINK");
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        for (size_t i = 0; purpose_known(purpose) && i < N_ELEMENTS(channels); i++) {
            view = notice_view(purpose);
            view.sensitive = true;
            view.channel = channels[i];
            render(&view);
            const char *const all[] = { buf_text(&text.text), buf_text(&text.subject), buf_text(&text.html) };
            for (size_t j = 0; j < N_ELEMENTS(all); j++) {
                ck_assert_ptr_null(strstr(all[j], "Brand"));
                ck_assert_ptr_null(strstr(all[j], "Tumba"));
            }
        }
    }
}
END_TEST

static bool begins_with(const char *said, const char *mark)
{
    return strncmp(said, mark, strlen(mark)) == 0;
}

static bool begins_as_drill(const char *said, enum language language)
{
    if (language == LANGUAGE_SV)
        return begins_with(said, "ÖVNING") || begins_with(said, "Övning");
    return begins_with(said, "EXERCISE") || begins_with(said, "Exercise") || begins_with(said, "THE EXERCISE");
}

static bool says_drill(const char *said, enum language language)
{
    static const char *const marks[][3] = { { "ÖVNING", "Övning", "övning" }, { "EXERCISE", "Exercise", "exercise" } };
    for (size_t i = 0; i < N_ELEMENTS(marks[language]); i++)
        if (strstr(said, marks[language][i]))
            return true;
    return false;
}

static bool is_of_the_house(enum purpose purpose)
{
    return purpose == PURPOSE_GATEWAY_TEST || purpose == PURPOSE_DEGRADED || purpose == PURPOSE_RESTORED || purpose == PURPOSE_ON_DUTY ||
           purpose == PURPOSE_OFF_DUTY || purpose == PURPOSE_GAP || purpose == PURPOSE_CHECK || purpose == PURPOSE_CHECK_FAILED ||
           purpose == PURPOSE_GATEWAY_NEWS;
}

/* P13, of one message: a drill's says so before anything else, and a real one's not at all. */
static void check_marks(struct message_view *view)
{
    view->drill = true;
    const char *body = render(view), *subject = buf_text(&text.subject);
    ck_assert_msg(begins_as_drill(body, view->language) || is_of_the_house(view->purpose), "purpose %d: %s", view->purpose, body);
    if (view->channel == CHANNEL_EMAIL && !is_of_the_house(view->purpose))
        ck_assert_msg(begins_as_drill(subject, view->language), "purpose %d: %s", view->purpose, subject);
    view->drill = false;
    body = render(view);
    ck_assert_msg(!says_drill(body, view->language) || is_of_drills(view->purpose), "purpose %d: %s", view->purpose, body);
}

START_TEST(every_text_of_a_drill_says_so_first)
{
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        for (int language = LANGUAGE_SV; purpose_known(purpose) && language <= LANGUAGE_EN; language++) {
            for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
                struct message_view view = notice_view(purpose);
                view.language = (enum language)language;
                view.channel = (enum channel)channel;
                check_marks(&view);
                if (purpose != PURPOSE_WITHDRAWN)
                    continue;
                view.person_id = view.person_name = "";      /* to the source: words of its own */
                check_marks(&view);
            }
        }
    }
}
END_TEST

START_TEST(a_drill_is_confirmed)
{
    struct message_view view = notice_view(PURPOSE_CONFIRMATION);
    view.drill = true;
    expect(&view, "ÖVNING ÖVNING ÖVNING. Kvitterat 03:14. Du har tagit övningslarmet TIB 2026-0042, Brand i skola, Tumba. "
                  "Ring 08-12345678. Kan du inte längre? Svara NEJ 417302");
    ck_assert_uint_eq(parts(), 1);
    view.channel = CHANNEL_EMAIL;
    render(&view);
    ck_assert_str_eq(buf_text(&text.subject), "ÖVNING ÖVNING ÖVNING. Kvitterat 03:14: TIB 2026-0042");
    view.channel = CHANNEL_SMS;
    view.language = LANGUAGE_EN;
    expect(&view, "EXERCISE EXERCISE EXERCISE. Acknowledged 03:14. You have taken exercise TIB 2026-0042, Brand i skola, Tumba. "
                  "Call 08-12345678. No longer able? Reply NO 417302");
    ck_assert_uint_eq(parts(), 1);
    view.channel = CHANNEL_EMAIL;
    render(&view);
    ck_assert_str_eq(buf_text(&text.subject), "EXERCISE EXERCISE EXERCISE. Acknowledged 03:14: TIB 2026-0042");
}
END_TEST

/* ---- fitting ---- */

static const char *repeat(const char *piece, size_t n)
{
    static char out[4096];
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        strcat(out, piece);
    return out;
}

static void assert_essentials(void)
{
    const char *body = buf_text(&text.text);
    ck_assert_msg(strstr(body, "Ring 08-12345678. Svara JA 417302 eller NEJ 417302. "), "%s", body);
    ck_assert_msg(strstr(body, link_text()), "%s", body);
}

START_TEST(id_is_not_worth_a_part)
{
    struct message_view view = page_view();
    unsigned seen_without = 0;
    for (size_t len = 1; len < 60; len++) {
        view.summary = repeat("x", len);
        render(&view);
        bool with_id = strstr(buf_text(&text.text), "2026-0042");
        assert_essentials();
        ck_assert_ptr_nonnull(strstr(buf_text(&text.text), view.summary));
        if (with_id)
            continue;
        seen_without++;
        buf_add_text(&text.text, " 2026-0042");
        unsigned with = parts();
        buf_cut(&text.text, text.text.len - strlen(" 2026-0042"));
        ck_assert_uint_lt(parts(), with);
    }
    ck_assert_uint_eq(seen_without, strlen(" 2026-0042"));
}
END_TEST

START_TEST(location_goes_before_summary)
{
    struct message_view view = page_view();
    CLEANUP_FREE char *summary = mem_strdup(repeat("Brand i hus ", 11));
    view.summary = summary;
    view.location = "Storgatan 1 i Tumba, bakom stationen och bredvid det gula huset";
    render(&view);
    assert_essentials();
    ck_assert_uint_eq(parts(), 2);
    ck_assert_ptr_null(strstr(buf_text(&text.text), "2026-0042"));
    ck_assert_ptr_null(strstr(buf_text(&text.text), "Storgatan"));
    summary[strlen(summary) - 1] = '\0';
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), summary));
}
END_TEST

START_TEST(summary_is_cut_last)
{
    static const char *const pieces[] = { "€", "å", "Ω", "\xf0\x9f\x94\xa5", "č", "a b " };
    struct message_view view = page_view();
    for (size_t i = 0; i < N_ELEMENTS(pieces); i++) {
        view.summary = repeat(pieces[i], 300);
        render(&view);
        struct gsm7_size size = gsm7_measure(buf_text(&text.text), text.text.len);
        assert_essentials();
        ck_assert_uint_eq(size.segments, size.ucs2 ? 3 : 2);
        ck_assert_msg(strstr(buf_text(&text.text), "..."), "%s", buf_text(&text.text));
        ck_assert_ptr_null(strstr(buf_text(&text.text), "\xef\xbf\xbd"));
    }
}
END_TEST

START_TEST(essentials_are_never_cut)
{
    struct message_view view = page_view();
    view.callback = repeat("08-123456789", 40);
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), view.callback));
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "JA 417302"));
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), link_text()));
    ck_assert_ptr_null(strstr(buf_text(&text.text), "Brand"));
}
END_TEST

START_TEST(typographic_marks_cost_no_ucs2)
{
    struct message_view view = page_view();
    view.summary = "Brand \xe2\x80\x93 \xe2\x80\x9dskolan\xe2\x80\x9d";
    expect(&view,
           "LARM TIB 03:12: Brand - \"skolan\", Tumba. Ring 08-12345678. Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
    ck_assert(!gsm7_measure(buf_text(&text.text), text.text.len).ucs2);
}
END_TEST

START_TEST(punctuation_does_not_double)
{
    struct message_view view = page_view();
    view.callback = NULL;
    view.location = NULL;
    view.summary = "Brand i skola. ";
    expect(&view, "LARM TIB 03:12: Brand i skola. Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
    view.summary = "Brand i skola!";
    expect(&view, "LARM TIB 03:12: Brand i skola! Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
    view.summary = "";
    expect(&view, "LARM TIB 03:12. Svara JA 417302 eller NEJ 417302. LINK 2026-0042");
}
END_TEST

/* ---- hostile input ---- */

START_TEST(controls_never_get_through)
{
    static const char evil[] = "Brand\r\nBcc: x@example.se\r\n\r\n.\r\n\x1b[2J\xc2\x85\xe2\x80\xae<b onclick='x'>\"&{alarm}[x]";
    struct message_view view = page_view();
    view.summary = view.location = view.callback = view.organisation = view.role = view.role_title = evil;
    for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
        view.channel = (enum channel)channel;
        render(&view);
        const char *const all[] = { buf_text(&text.text), buf_text(&text.subject), buf_text(&text.html) };
        for (size_t i = 0; i < N_ELEMENTS(all); i++) {
            ck_assert_ptr_null(strpbrk(all[i], "\r\x1b"));
            ck_assert_ptr_null(strstr(all[i], "\xc2\x85"));
            ck_assert_ptr_null(strstr(all[i], "\xe2\x80\xae"));
            ck_assert_ptr_null(strstr(all[i], "\nBcc"));
            ck_assert_ptr_null(strstr(all[i], "\n."));
        }
        ck_assert_ptr_null(strchr(buf_text(&text.subject), '\n'));
        ck_assert(channel == CHANNEL_EMAIL || !strchr(buf_text(&text.text), '\n'));
        ck_assert_ptr_null(strstr(buf_text(&text.html), "<b onclick"));
        ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "{alarm}[x]"));
    }
}
END_TEST

START_TEST(bytes_that_are_no_text)
{
    struct message_view view = page_view();
    view.summary = "Brand \xff\xfe\xc3";
    view.acknowledged_by = "\xff";
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Brand"));
}
END_TEST

/* ---- e-mail ---- */

START_TEST(mail)
{
    struct message_view view = page_view();
    view.channel = CHANNEL_EMAIL;
    expect(&view, "LARM TIB 03:12: Brand i skola, Tumba.\n"
                  "Ring 08-12345678.\n"
                  "\nÖppna länken och svara om du tar larmet eller inte kan:\nLINK\n"
                  "\nDu kan inte kvittera genom att svara på mejlet. Använd länken.\n"
                  "\n2026-0042\n"
                  "Botkyrka kommun\n");
    ck_assert_str_eq(buf_text(&text.subject), "LARM TIB 03:12: Brand i skola, Tumba (2026-0042)");
    ck_assert_ptr_null(strstr(buf_text(&text.text), "417302"));
    CLEANUP_BUF struct buf href = { 0 };
    buf_printf(&href, "href=\"%s\"", link_text());
    ck_assert_ptr_nonnull(strstr(buf_text(&text.html), buf_text(&href)));
    ck_assert_ptr_nonnull(strstr(buf_text(&text.html), "background:#a50e0e"));
    struct message_view calm = notice_view(PURPOSE_TAKEN);
    calm.channel = CHANNEL_EMAIL;
    render(&calm);
    ck_assert_ptr_null(strstr(buf_text(&text.html), "background:#a50e0e"));      /* good news does not look like an alarm */
    view.drill = true;
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.html), "background:#ffd43b"));
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Detta är en övning. Inget har hänt.\n"));
    ck_assert_ptr_nonnull(strstr(buf_text(&text.html), "Detta är en övning. Inget har hänt."));
    ck_assert_int_eq(strncmp(buf_text(&text.subject), "ÖVNING ÖVNING ÖVNING TIB", strlen("ÖVNING ÖVNING ÖVNING TIB")), 0);
}
END_TEST

START_TEST(mail_without_a_link)
{
    struct message_view view = page_view();
    view.channel = CHANNEL_EMAIL;
    context.public_url = NULL;
    render(&view);
    ck_assert_ptr_nonnull(strstr(buf_text(&text.text), "Du kan inte kvittera genom att svara på mejlet.\n"));
    ck_assert_ptr_null(strstr(buf_text(&text.text), "länken"));
    ck_assert_ptr_null(strstr(buf_text(&text.html), "<a "));
}
END_TEST

START_TEST(every_purpose_has_its_words)
{
    for (enum purpose purpose = PURPOSE_PAGE; purpose < PURPOSE_END; purpose++) {
        for (int language = LANGUAGE_SV; purpose_known(purpose) && language <= LANGUAGE_EN; language++) {
            struct message_view view = notice_view(purpose);
            view.language = (enum language)language;
            view.gateway = "elks";
            view.reason = "the disk is full";
            ck_assert_uint_gt(strlen(render(&view)), 20);
            ck_assert_uint_eq(parts(), 1);
            ck_assert_ptr_null(strpbrk(buf_text(&text.text), "{}[]"));
            view.channel = CHANNEL_EMAIL;
            render(&view);
            ck_assert_uint_gt(text.subject.len, 10);
            ck_assert_ptr_null(strpbrk(buf_text(&text.subject), "{}[]\n"));
            ck_assert_ptr_null(strpbrk(buf_text(&text.text), "{}[]"));
        }
    }
}
END_TEST

static const char *alarm_word(enum severity severity, enum language language)
{
    return message_alarm_word(&(struct message_view){.severity = severity, .language = language});
}

START_TEST(severity_words)
{
    ck_assert_str_eq(alarm_word(SEVERITY_CRITICAL, LANGUAGE_SV), "LARM");
    ck_assert_str_eq(alarm_word(SEVERITY_ERROR, LANGUAGE_SV), "LARM");
    ck_assert_str_eq(alarm_word(SEVERITY_WARNING, LANGUAGE_SV), "FÖRVARNING");
    ck_assert_str_eq(alarm_word(SEVERITY_INFO, LANGUAGE_SV), "INFORMATION");
    ck_assert_str_eq(alarm_word(SEVERITY_CRITICAL, LANGUAGE_EN), "ALARM");
    ck_assert_str_eq(alarm_word(SEVERITY_WARNING, LANGUAGE_EN), "WARNING");
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    const TTest *const letters[] = { page_in_swedish, page_in_english, drill, a_drill_is_confirmed, a_drill_that_something_real_stopped,
                                     why_a_drill_did_not_begin, sharp, notices, changes_of_duty, to_the_source,
                                     numbers_as_they_are_rung, notices_in_english, voice,
                                     clock_in_words, severity_words, every_purpose_has_its_words };
    const TTest *const left_out[] = { without_ways_to_answer, sensitive, every_text_of_a_drill_says_so_first };
    const TTest *const fitting[] = { id_is_not_worth_a_part, location_goes_before_summary, summary_is_cut_last,
                                     essentials_are_never_cut, typographic_marks_cost_no_ucs2, punctuation_does_not_double };
    const TTest *const hostile[] = { controls_never_get_through, bytes_that_are_no_text };
    const TTest *const mails[] = { mail, mail_without_a_link };
    Suite *suite = suite_create("message_text");
    add(suite, "letters", letters, N_ELEMENTS(letters));
    add(suite, "left out", left_out, N_ELEMENTS(left_out));
    add(suite, "fitting", fitting, N_ELEMENTS(fitting));
    add(suite, "hostile", hostile, N_ELEMENTS(hostile));
    add(suite, "mail", mails, N_ELEMENTS(mails));
    return unit_run(suite);
}
