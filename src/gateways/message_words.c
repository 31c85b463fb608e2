#include "gateways/message_words.h"

#include <assert.h>
#include <string.h>

#include "gateways/message_text.h"
#include "gateways/message_texts.h"

static const struct message_wording swedish[TEXT_KIND_END] = {
    [PURPOSE_PAGE] = {
        .text = "{severity}[ {role}] {time}[: {what}].[ Ring {callback}.][ Svara JA {code} eller NEJ {code}.][ {link}][ {id}]",
        .drill_text = "{severity}[ {role}] {time}[: {what}].[ Ring {callback}.]"
                      "[ Svara som vid skarpt larm: JA {code} eller NEJ {code}.][ {link}][ {id}]",
        .subject = "{severity}[ {role}] {time}[: {what}][ ({id})]",
        .mail = "{severity}[ {role}] {time}[: {what}].\n"
                "[{drill}\n]"
                "[Ring {callback}.\n]"
                "[\nÖppna länken och svara om du tar larmet eller inte kan:\n{link}\n]"
                "\nDu kan inte kvittera genom att svara på mejlet.[ {use-link}]\n"
                "[\n{id}\n]"
                "[{organisation}\n]",
        .voice = "{severity} till {title}[, {organisation}], klockan {clock}.[ {what}.][ Ring {callback}.] "
                 "Tryck ett om du tar larmet. Tryck två om du inte kan.",
    },
    [PURPOSE_CONFIRMATION] = {
        .text = "Kvitterat {acknowledged}. Du har tagit {severity}[ {role}] {id}[, {what}].[ Ring {callback}.]"
                "[ Kan du inte längre? Svara NEJ {code}]",
        .drill_text = "{mark}. Kvitterat {acknowledged}. Du har tagit övningslarmet[ {role}] {id}[, {what}].[ Ring {callback}.]"
                      "[ Kan du inte längre? Svara NEJ {code}]",
        .subject = "Kvitterat {acknowledged}: {severity}[ {role}] {id}",
        .drill_subject = "{mark}. Kvitterat {acknowledged}:[ {role}] {id}",
    },
    [PURPOSE_TAKEN] = {
        .text = "{severity}[ {role}] {id} kvitterat {acknowledged}[ av {by}]. Du behöver inte göra något.",
        .subject = "{severity}[ {role}] {id} kvitterat {acknowledged}[ av {by}]",
    },
    [PURPOSE_UPDATE] = {
        .text = "[{mark} ]UPPDATERING {updated}[ {role}] {id}[ ({count} uppdateringar)][: {what}].[ {link}]",
        .subject = "[{mark} ]UPPDATERING {updated}[ {role}] {id}[: {what}]",
        .mail = "[{mark} ]UPPDATERING {updated}[ {role}] {id}[ ({count} uppdateringar)][: {what}].\n"
                "[{drill}\n]"
                "[\nLäs mer:\n{link}\n]"
                "[\n{organisation}\n]",
    },
    [PURPOSE_WITHDRAWN] = {
        .text = "[{mark}. ]ÅTERKALLAT[ {closed}]: {severity}[ {role}] {id} gäller inte längre. Du behöver inte göra något.",
        .subject = "[{mark}. ]ÅTERKALLAT[ {closed}]: {severity}[ {role}] {id}",
    },
    [PURPOSE_DRILL_END] = {
        .text = "ÖVNINGEN ÄR SLUT[ {closed}]. Tack. Svara inte mer.",
        .subject = "ÖVNINGEN ÄR SLUT[ {closed}]",
    },
    [PURPOSE_NOT_UNDERSTOOD] = {
        .text = "[{mark}. ]Förstod inte. Larmet är INTE kvitterat.[ Svara JA {code} eller NEJ {code}.]",
        .subject = "[{mark}. ]Förstod inte. Larmet är INTE kvitterat",
    },
    [PURPOSE_CODE_LOCKED] = {
        .text = "[{mark}. ]Koden är spärrad. Ny kod kommer i nästa larm. Du kan också använda länken.",
        .subject = "[{mark}. ]Koden är spärrad",
    },
    [PURPOSE_GATEWAY_TEST] = {
        .text = "TEST av larmvägen {gateway}[, {organisation}]. Inget har hänt. Svara inte.",
        .subject = "TEST av larmvägen {gateway}[, {organisation}]",
    },
    [PURPOSE_CHECK] = {
        .text = "TEST av larmvägen {gateway}[, {organisation}]. Inget har hänt. Svara inte.",
        .subject = "TEST av larmvägen {gateway}[, {organisation}]",
    },
    [PURPOSE_CHECK_FAILED] = {
        .text = "LARMSYSTEMET[, {organisation}]: PROVET av larmvägen {gateway} kom INTE fram[ ({reason})]. Kontrollera den nu.",
        .subject = "LARMSYSTEMET[, {organisation}]: provet av larmvägen {gateway} kom INTE fram",
    },
    [PURPOSE_GATEWAY_NEWS] = {
        .text = "LARMSYSTEMET[, {organisation}]: larmvägen {gateway}[ har bara {reason} kvar. Fyll på][ fungerar igen, provet {time} kom fram].",
        .subject = "LARMSYSTEMET[, {organisation}]: larmvägen {gateway}[ har bara {reason} kvar][ fungerar igen, provet {time} kom fram]",
    },
    [PURPOSE_DEGRADED] = {
        .text = "LARMSYSTEMET[, {organisation}]: kan inte spara till disk[ ({reason})]. "
                "Larm skickas ändå, men glöms vid en omstart. Åtgärda nu.",
        .subject = "LARMSYSTEMET[, {organisation}]: kan inte spara till disk",
    },
    [PURPOSE_RESTORED] = {
        .text = "LARMSYSTEMET[, {organisation}]: sparar till disk igen. Du behöver inte göra något.",
        .subject = "LARMSYSTEMET[, {organisation}]: sparar till disk igen",
    },
    [PURPOSE_UNREACHED] = {
        .text = "{severity}[ {role}] {id}: INGEN KUNDE NÅS. Larmningen fortsätter. Kontrollera bemanning och larmvägar.",
        .subject = "{severity}[ {role}] {id}: INGEN KUNDE NÅS",
    },
    [PURPOSE_ON_DUTY] = {
        .text = "Du är {role} nu[, till {until}].[ Du avlöser {other}.][ {organisation}.] Svara inte.",
        .subject = "Du är {role} nu[, till {until}]",
        .mail = "Du är {role} nu[, till {until}]: {title}.\n[Du avlöser {other}.\n][\n{organisation}\n]",
    },
    [PURPOSE_OFF_DUTY] = {
        .text = "Du är inte längre {role}. {other} har tagit över.[ {organisation}.] Svara inte.",
        .subject = "Du är inte längre {role}",
        .mail = "Du är inte längre {role}: {title}.\n{other} har tagit över.\n[\n{organisation}\n]",
    },
    [PURPOSE_GAP] = {
        .text = "INGEN är {role} från {from}[ till {until}][, och {count} luckor i allt]. Fyll luckan i schemat.[ {organisation}.]",
        .subject = "INGEN är {role} från {from}[ till {until}]",
        .mail = "INGEN är {role} från {from}[ till {until}][, och {count} luckor i allt]: {title}.\n"
                "Ett larm då når ingen på första steget.\n\nFyll luckan:\n"
                "bereddctl roster show {role}\nbereddctl roster edit {role}\n[\n{organisation}\n]",
    },
    [PURPOSE_SOURCE_TAKEN] = {
        .text = "[{mark}. ]{role}[ {organisation}] har kvitterat {id} kl. {acknowledged}[: {by}][, {number}].",
        .subject = "[{mark}. ]{role}[ {organisation}] har kvitterat {id}",
        .mail = "[{mark}. ]{role}[ {organisation}] har kvitterat {id} kl. {acknowledged}[: {by}][, {number}].\n[\n{what}.\n][\n{drill}\n]",
    },
    [PURPOSE_SOURCE_UNANSWERED] = {
        .text = "[{mark}. ]INGEN {role} HAR SVARAT på {id} sedan {since}. Larmningen fortsätter.",
        .subject = "[{mark}. ]INGEN {role} HAR SVARAT på {id} sedan {since}",
        .mail = "[{mark}. ]INGEN {role} HAR SVARAT på {id} sedan {since}. Larmningen fortsätter.\n[\n{what}.\n][\n{drill}\n]"
                "[\n{organisation}\n]",
    },
    [PURPOSE_SOURCE_RELEASED] = {
        .text = "[{mark}. ]INGEN {role} HAR {id} LÄNGRE: den som kvitterat lämnade återbud {since}. Larmningen fortsätter.",
        .subject = "[{mark}. ]INGEN {role} HAR {id} LÄNGRE",
        .mail = "[{mark}. ]INGEN {role} HAR {id} LÄNGRE: den som kvitterat lämnade återbud {since}. Larmningen fortsätter.\n"
                "[\n{what}.\n][\n{drill}\n][\n{organisation}\n]",
    },
    [TEXT_KIND_SOURCE_WITHDRAWN] = {
        .text = "[{mark}. ]ÅTERKALLAT[ {closed}]: {severity}[ {role}] {id}. Ingen har kvitterat, och ingen larmas längre.",
        .subject = "[{mark}. ]ÅTERKALLAT[ {closed}]: {severity}[ {role}] {id}",
    },
    [PURPOSE_DRILL_ABORTED] = {
        .text = "ÖVNINGEN AVBRUTEN[ {closed}] på grund av en verklig händelse. Svara inte på övningslarmet.",
        .subject = "ÖVNINGEN AVBRUTEN[ {closed}] på grund av en verklig händelse",
    },
    [PURPOSE_DRILL_MISSED] = {
        .text = "ÖVNING {other} BLEV INTE AV. Den skulle ha börjat mellan {from} och {until}."
                "[ Orsak: {reason}.][ {organisation}.]",
        .subject = "ÖVNING {other} BLEV INTE AV",
    },
    [PURPOSE_DRILL_OVERDUE] = {
        .text = "ÖVNING SAKNAS: {role} har inte klarat någon övning[ sedan {from}]. Öva larmkedjan.[ {organisation}.]",
        .subject = "ÖVNING SAKNAS: {role} har inte klarat någon övning[ sedan {from}]",
    },
    [PURPOSE_DRILL_RESULT] = {
        .text = "ÖVNING {id} ÄR SLUT[ {closed}]: {answered} har svarat.[ Inget svar: {missing}.][ {organisation}.]",
        .subject = "ÖVNING {id} ÄR SLUT[ {closed}]: {answered} har svarat",
        .mail = "ÖVNING {id} ÄR SLUT[ {closed}]: {answered} har svarat.\n[{drill}\n][Inget svar: {missing}.\n]"
                "\nbereddctl drill report {id}\n[\n{organisation}\n]",
    },
};

static const struct message_wording english[TEXT_KIND_END] = {
    [PURPOSE_PAGE] = {
        .text = "{severity}[ {role}] {time}[: {what}].[ Call {callback}.][ Reply YES {code} or NO {code}.][ {link}][ {id}]",
        .drill_text = "{severity}[ {role}] {time}[: {what}].[ Call {callback}.]"
                      "[ Reply as to a real alarm: YES {code} or NO {code}.][ {link}][ {id}]",
        .subject = "{severity}[ {role}] {time}[: {what}][ ({id})]",
        .mail = "{severity}[ {role}] {time}[: {what}].\n"
                "[{drill}\n]"
                "[Call {callback}.\n]"
                "[\nOpen the link and say whether you take the alarm or cannot:\n{link}\n]"
                "\nYou cannot acknowledge by replying to this e-mail.[ {use-link}]\n"
                "[\n{id}\n]"
                "[{organisation}\n]",
        .voice = "{severity} for {title}[, {organisation}], at {clock}.[ {what}.][ Call {callback}.] "
                 "Press one if you take the alarm. Press two if you cannot.",
    },
    [PURPOSE_CONFIRMATION] = {
        .text = "Acknowledged {acknowledged}. You have taken {severity}[ {role}] {id}[, {what}].[ Call {callback}.]"
                "[ No longer able? Reply NO {code}]",
        .drill_text = "{mark}. Acknowledged {acknowledged}. You have taken exercise[ {role}] {id}[, {what}].[ Call {callback}.]"
                      "[ No longer able? Reply NO {code}]",
        .subject = "Acknowledged {acknowledged}: {severity}[ {role}] {id}",
        .drill_subject = "{mark}. Acknowledged {acknowledged}:[ {role}] {id}",
    },
    [PURPOSE_TAKEN] = {
        .text = "{severity}[ {role}] {id} acknowledged {acknowledged}[ by {by}]. You need not do anything.",
        .subject = "{severity}[ {role}] {id} acknowledged {acknowledged}[ by {by}]",
    },
    [PURPOSE_UPDATE] = {
        .text = "[{mark} ]UPDATE {updated}[ {role}] {id}[ ({count} updates)][: {what}].[ {link}]",
        .subject = "[{mark} ]UPDATE {updated}[ {role}] {id}[: {what}]",
        .mail = "[{mark} ]UPDATE {updated}[ {role}] {id}[ ({count} updates)][: {what}].\n"
                "[{drill}\n]"
                "[\nRead more:\n{link}\n]"
                "[\n{organisation}\n]",
    },
    [PURPOSE_WITHDRAWN] = {
        .text = "[{mark}. ]WITHDRAWN[ {closed}]: {severity}[ {role}] {id} no longer applies. You need not do anything.",
        .subject = "[{mark}. ]WITHDRAWN[ {closed}]: {severity}[ {role}] {id}",
    },
    [PURPOSE_DRILL_END] = {
        .text = "THE EXERCISE IS OVER[ {closed}]. Thank you. Do not reply any more.",
        .subject = "THE EXERCISE IS OVER[ {closed}]",
    },
    [PURPOSE_NOT_UNDERSTOOD] = {
        .text = "[{mark}. ]Not understood. The alarm is NOT acknowledged.[ Reply YES {code} or NO {code}.]",
        .subject = "[{mark}. ]Not understood. The alarm is NOT acknowledged",
    },
    [PURPOSE_CODE_LOCKED] = {
        .text = "[{mark}. ]The code is locked. The next alarm brings a new one. You can also use the link.",
        .subject = "[{mark}. ]The code is locked",
    },
    [PURPOSE_GATEWAY_TEST] = {
        .text = "TEST of the alarm route {gateway}[, {organisation}]. Nothing has happened. Do not reply.",
        .subject = "TEST of the alarm route {gateway}[, {organisation}]",
    },
    [PURPOSE_CHECK] = {
        .text = "TEST of the alarm route {gateway}[, {organisation}]. Nothing has happened. Do not reply.",
        .subject = "TEST of the alarm route {gateway}[, {organisation}]",
    },
    [PURPOSE_CHECK_FAILED] = {
        .text = "ALARM SYSTEM[, {organisation}]: the CHECK of the alarm route {gateway} did NOT get through[ ({reason})]. See to it now.",
        .subject = "ALARM SYSTEM[, {organisation}]: the check of the alarm route {gateway} did NOT get through",
    },
    [PURPOSE_GATEWAY_NEWS] = {
        .text = "ALARM SYSTEM[, {organisation}]: the alarm route {gateway}[ has only {reason} left. Top it up][ works again, the check at {time} got through].",
        .subject = "ALARM SYSTEM[, {organisation}]: the alarm route {gateway}[ has only {reason} left][ works again, the check at {time} got through]",
    },
    [PURPOSE_DEGRADED] = {
        .text = "ALARM SYSTEM[, {organisation}]: cannot write to its disk[ ({reason})]. "
                "Alarms still go out, but a restart would forget them. Act now.",
        .subject = "ALARM SYSTEM[, {organisation}]: cannot write to its disk",
    },
    [PURPOSE_RESTORED] = {
        .text = "ALARM SYSTEM[, {organisation}]: writes to its disk again. You need not do anything.",
        .subject = "ALARM SYSTEM[, {organisation}]: writes to its disk again",
    },
    [PURPOSE_UNREACHED] = {
        .text = "{severity}[ {role}] {id}: NOBODY COULD BE REACHED. Paging goes on. Check rosters and gateways.",
        .subject = "{severity}[ {role}] {id}: NOBODY COULD BE REACHED",
    },
    [PURPOSE_ON_DUTY] = {
        .text = "You are {role} now[, until {until}].[ You relieve {other}.][ {organisation}.] Do not reply.",
        .subject = "You are {role} now[, until {until}]",
        .mail = "You are {role} now[, until {until}]: {title}.\n[You relieve {other}.\n][\n{organisation}\n]",
    },
    [PURPOSE_OFF_DUTY] = {
        .text = "You are no longer {role}. {other} has taken over.[ {organisation}.] Do not reply.",
        .subject = "You are no longer {role}",
        .mail = "You are no longer {role}: {title}.\n{other} has taken over.\n[\n{organisation}\n]",
    },
    [PURPOSE_GAP] = {
        .text = "NOBODY is {role} from {from}[ until {until}][, and {count} gaps in all]. Fill the gap in the roster.[ {organisation}.]",
        .subject = "NOBODY is {role} from {from}[ until {until}]",
        .mail = "NOBODY is {role} from {from}[ until {until}][, and {count} gaps in all]: {title}.\n"
                "An alarm then reaches nobody at its first step.\n\nFill the gap:\n"
                "bereddctl roster show {role}\nbereddctl roster edit {role}\n[\n{organisation}\n]",
    },
    [PURPOSE_SOURCE_TAKEN] = {
        .text = "[{mark}. ]{role}[ {organisation}] acknowledged {id} at {acknowledged}[: {by}][, {number}].",
        .subject = "[{mark}. ]{role}[ {organisation}] acknowledged {id}",
        .mail = "[{mark}. ]{role}[ {organisation}] acknowledged {id} at {acknowledged}[: {by}][, {number}].\n[\n{what}.\n][\n{drill}\n]",
    },
    [PURPOSE_SOURCE_UNANSWERED] = {
        .text = "[{mark}. ]NO {role} HAS ANSWERED {id} since {since}. Paging goes on.",
        .subject = "[{mark}. ]NO {role} HAS ANSWERED {id} since {since}",
        .mail = "[{mark}. ]NO {role} HAS ANSWERED {id} since {since}. Paging goes on.\n[\n{what}.\n][\n{drill}\n]"
                "[\n{organisation}\n]",
    },
    [PURPOSE_SOURCE_RELEASED] = {
        .text = "[{mark}. ]NO {role} HAS {id} ANY LONGER: who acknowledged it withdrew at {since}. Paging goes on.",
        .subject = "[{mark}. ]NO {role} HAS {id} ANY LONGER",
        .mail = "[{mark}. ]NO {role} HAS {id} ANY LONGER: who acknowledged it withdrew at {since}. Paging goes on.\n"
                "[\n{what}.\n][\n{drill}\n][\n{organisation}\n]",
    },
    [TEXT_KIND_SOURCE_WITHDRAWN] = {
        .text = "[{mark}. ]WITHDRAWN[ {closed}]: {severity}[ {role}] {id}. Nobody has acknowledged it, and nobody is paged any longer.",
        .subject = "[{mark}. ]WITHDRAWN[ {closed}]: {severity}[ {role}] {id}",
    },
    [PURPOSE_DRILL_ABORTED] = {
        .text = "THE EXERCISE WAS STOPPED[ {closed}] because of a real incident. Do not reply to the exercise alarm.",
        .subject = "THE EXERCISE WAS STOPPED[ {closed}] because of a real incident",
    },
    [PURPOSE_DRILL_MISSED] = {
        .text = "EXERCISE {other} DID NOT TAKE PLACE. It was to begin between {from} and {until}."
                "[ Reason: {reason}.][ {organisation}.]",
        .subject = "EXERCISE {other} DID NOT TAKE PLACE",
    },
    [PURPOSE_DRILL_OVERDUE] = {
        .text = "EXERCISE OVERDUE: {role} has passed none[ since {from}]. Exercise the alarm chain.[ {organisation}.]",
        .subject = "EXERCISE OVERDUE: {role} has passed none[ since {from}]",
    },
    [PURPOSE_DRILL_RESULT] = {
        .text = "EXERCISE {id} IS OVER[ {closed}]: {answered} have answered.[ No answer: {missing}.][ {organisation}.]",
        .subject = "EXERCISE {id} IS OVER[ {closed}]: {answered} have answered",
        .mail = "EXERCISE {id} IS OVER[ {closed}]: {answered} have answered.\n[{drill}\n][No answer: {missing}.\n]"
                "\nbereddctl drill report {id}\n[\n{organisation}\n]",
    },
};

/* A text of a drill says so before anything else: by {mark}, by {severity}, or in its own first words. A drill's page has the page's words. */
const struct message_wording *message_wording(unsigned kind, enum language language)
{
    unsigned worded = kind == TEXT_KIND_DRILL ? PURPOSE_PAGE : kind;
    assert(worded < TEXT_KIND_END);
    const struct message_wording *wording = language == LANGUAGE_EN ? &english[worded] : &swedish[worded];
    assert(wording->text && wording->subject);
    return wording;
}

/* ---- the alarm by its name ---- */

struct severity_words {
    const char *word, *sharp, *spoken, *sharp_spoken;
};

static const struct severity_words *severity_words(enum severity severity, enum language language)
{
    static const struct severity_words words[][SEVERITY_COUNT] = {
        [LANGUAGE_SV] = {
            [SEVERITY_CRITICAL] = { "LARM", "SKARPT LARM", "Larm", "Skarpt larm" },
            [SEVERITY_ERROR] = { "LARM", "SKARPT LARM", "Larm", "Skarpt larm" },
            [SEVERITY_WARNING] = { "FÖRVARNING", "SKARP FÖRVARNING", "Förvarning", "Skarp förvarning" },
            [SEVERITY_INFO] = { "INFORMATION", "SKARP INFORMATION", "Information", "Skarp information" },
        },
        [LANGUAGE_EN] = {
            [SEVERITY_CRITICAL] = { "ALARM", "REAL ALARM", "Alarm", "Real alarm" },
            [SEVERITY_ERROR] = { "ALARM", "REAL ALARM", "Alarm", "Real alarm" },
            [SEVERITY_WARNING] = { "WARNING", "REAL WARNING", "Warning", "Real warning" },
            [SEVERITY_INFO] = { "INFORMATION", "REAL INFORMATION", "Information", "Real information" },
        },
    };
    assert((size_t)severity < SEVERITY_COUNT);
    return &words[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_SV][severity];
}

/* A drill is never called an alarm, and what is real never a drill (P13): there is one place where that is decided. */
const char *message_alarm_word(const struct message_view *view)
{
    const struct severity_words *words = severity_words(view->severity, view->language);
    if (view->drill)
        return message_drill_mark(view->language);
    return view->sharp ? words->sharp : words->word;
}

const char *message_alarm_spoken(const struct message_view *view)
{
    const struct severity_words *words = severity_words(view->severity, view->language);
    if (view->drill)
        return view->language == LANGUAGE_EN ? "Exercise. Exercise. Exercise. Exercise alarm"
                                             : "Övning. Övning. Övning. Övningslarm";
    return view->sharp ? words->sharp_spoken : words->spoken;
}

const char *message_missed_reason(const char **reason)
{
    static const char *const words[][2] = {
        { "the daemon was not running then", "larmsystemet var inte igång då" },
        { "a real alarm was under way", "ett skarpt larm pågick" },
        { "none of the time that was left is within its hours", "ingen tid återstod inom de tillåtna timmarna" },
        { "nobody whom it was for is in the configuration any more", "ingen av dem som skulle larmas finns kvar i inställningarna" },
        { "too many drills were planned already", "för många övningar var redan planerade" },
    };
    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (strncmp(*reason, words[i][0], strlen(words[i][0])) != 0)
            continue;
        *reason += strlen(words[i][0]);
        return words[i][1];
    }
    return "";
}

const char *message_drill_mark(enum language language)
{
    return language == LANGUAGE_EN ? "EXERCISE EXERCISE EXERCISE" : "ÖVNING ÖVNING ÖVNING";
}

const char *message_drill_line(enum language language, bool aborted)
{
    if (aborted)
        return language == LANGUAGE_EN ? "This is about the exercise, not about the real incident."
                                       : "Detta gäller övningen, inte den verkliga händelsen.";
    return language == LANGUAGE_EN ? "This is an exercise. Nothing has happened." : "Detta är en övning. Inget har hänt.";
}

const char *message_use_link(enum language language)
{
    return language == LANGUAGE_EN ? "Use the link." : "Använd länken.";
}

const char *message_button(enum language language)
{
    return language == LANGUAGE_EN ? "Open the link" : "Öppna länken";
}

const char *message_of(enum language language)
{
    return language == LANGUAGE_EN ? "of" : "av";
}

const char *message_nobody(enum language language)
{
    return language == LANGUAGE_EN ? "NOBODY" : "INGEN";
}

const char *message_weekday(int weekday, enum language language)
{
    static const char *const words[][7] = {
        [LANGUAGE_SV] = { "mån", "tis", "ons", "tors", "fre", "lör", "sön" },
        [LANGUAGE_EN] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" },
    };
    assert(weekday >= 0 && weekday < 7);
    return words[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_SV][weekday];
}

const char *message_month(int month, enum language language)
{
    static const char *const words[][12] = {
        [LANGUAGE_SV] = { "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
                          "december" },
        [LANGUAGE_EN] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
                          "December" },
    };
    assert(month >= 1 && month <= 12);
    return words[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_SV][month - 1];
}
