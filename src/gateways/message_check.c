#include "gateways/message_check.h"

#include "base/gsm7.h"
#include "base/text.h"
#include "gateways/message_template.h"
#include "gateways/message_text.h"
#include "gateways/message_texts.h"

struct check {
    const struct config *config;
    struct problems *problems;
    const struct config_text *entry;
    struct text_name name;
};

#define complain(check, level, ...) \
    problems_add((check)->problems, (level), (check)->entry->origin.file, (check)->entry->origin.line, __VA_ARGS__)

/* ---- names ---- */

enum { NAMES_MAX = TEXT_KIND_END * TEXT_FIELD_COUNT };

static void unknown_name(const struct check *check)
{
    const char *names[NAMES_MAX];
    char *owned[NAMES_MAX];
    size_t n = 0;
    CLEANUP_BUF struct buf typed = { 0 };
    buf_add(&typed, check->entry->key, strcspn(check->entry->key, "."));
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        unsigned kind = i / TEXT_FIELD_COUNT;
        enum text_field field = (enum text_field)(i % TEXT_FIELD_COUNT);
        CLEANUP_BUF struct buf name = { 0 };
        struct text_name parsed;
        if (!message_text_kind_name(kind))
            continue;
        message_text_name_add(&name, kind, field);
        if (message_text_name_parse(buf_text(&name), LANGUAGE_SV, &parsed))
            names[n] = owned[n] = buf_take(&name), n++;
    }
    const char *near = text_nearest(buf_text(&typed), names, n);
    if (near && strcmp(near, buf_text(&typed)) == 0)
        complain(check, PROBLEM_ERROR, "'%s': a language is .sv or .en", check->entry->key);
    else if (near)
        complain(check, PROBLEM_ERROR, "unknown text '%s'; did you mean '%s'?", check->entry->key, near);
    else
        complain(check, PROBLEM_ERROR, "unknown text '%s'; a name is a message's, as page, drill, taken or update, and -sms, "
                 "-email-subject, -email-body or -voice", check->entry->key);
    while (n > 0)
        free(owned[--n]);
}

static bool check_once(const struct check *check)
{
    for (const struct config_text *before = check->config->texts; before < check->entry; before++) {
        struct text_name name;
        if (!message_text_name_parse(before->key, check->config->plan.language, &name) || name.kind != check->name.kind ||
            name.field != check->name.field || name.language != check->name.language)
            continue;
        complain(check, PROBLEM_ERROR, "'%s' stands twice; the first is on line %d", check->entry->key, before->origin.line);
        return false;
    }
    return true;
}

/* ---- what it says ---- */

static bool says(const char *text, const char *word)
{
    for (; *text; text++)
        if (text_starts_with_fold(text, word))
            return true;
    return false;
}

/* A real alarm that says it were an exercise is the worst that a text can do (P13). */
static void check_drill_words(const struct check *check)
{
    const char *text = check->entry->text;
    bool of_drill = strncmp(message_text_kind_name(check->name.kind), "drill", 5) == 0;
    if (!says(text, "övning") && !says(text, "exercise"))
        return;
    if (of_drill)
        complain(check, PROBLEM_WARNING, "'%s' need not say that it is an exercise: the program puts that before it",
                 check->entry->key);
    else
        complain(check, PROBLEM_ERROR,
                 "'%s' calls itself an exercise, and real alarms are sent with it; the program marks what is one",
                 check->entry->key);
}

/* A full stop behind a link belongs to the link, for many telephones. */
static void check_link(const struct check *check)
{
    const char *at = check->entry->text;
    while ((at = strstr(at, "{link}")) != NULL) {
        at += strlen("{link}");
        at += *at == ']';
        if (*at && strchr(".,;:!?)'\"", *at))
            complain(check, PROBLEM_WARNING, "'%c' behind {link} would be taken for a part of it", *at);
    }
}

/* One of these words, "|" between them, begins a word of the text. */
static bool names_one_of(const char *text, const char *words)
{
    for (const char *word = words; *word; word += strcspn(word, "|"), word += *word == '|') {
        CLEANUP_BUF struct buf wanted = { 0 };
        buf_add(&wanted, word, strcspn(word, "|"));
        for (size_t at = 0; text[at]; at++) {
            bool begins = at == 0 || strchr(" \t\n.,:;!?()[]\"'-", text[at - 1]);
            if (begins && text_starts_with_fold(text + at, buf_text(&wanted)))
                return true;
        }
    }
    return false;
}

/* Whoever hears it has nothing else to go by. */
static void check_keys(const struct check *check)
{
    bool yes = names_one_of(check->entry->text, "1|ett|one"), no = names_one_of(check->entry->text, "2|två|two");
    if (!yes || !no)
        complain(check, PROBLEM_WARNING, "'%s' does not say which key %s: 1 takes the alarm, 2 says no", check->entry->key,
                 yes ? "says no" : no ? "takes the alarm" : "to press");
}

static void check_ways_to_answer(const struct check *check)
{
    const char *text = check->entry->text, *key = check->entry->key;
    bool code = message_template_uses(text, VALUE_CODE), link = message_template_uses(text, VALUE_LINK);
    bool page = message_text_kind_is_page(check->name.kind);
    if (code && check->name.field != TEXT_SMS)
        complain(check, PROBLEM_WARNING, "{code} is empty in '%s': only a text message can be answered with it", key);
    if (page && check->name.field == TEXT_VOICE)
        check_keys(check);
    else if (page && check->name.field == TEXT_SMS && !code && !link)
        complain(check, PROBLEM_ERROR, "'%s' has neither {code} nor {link}: nobody could answer it", key);
    else if (page && check->name.field == TEXT_SMS && !link)
        complain(check, PROBLEM_WARNING,
                 "'%s' has no {link}: whoever's replies cannot come in, or whose code is locked, cannot answer", key);
    else if (page && check->name.field == TEXT_SMS && !code)
        complain(check, PROBLEM_WARNING, "'%s' has no {code}: without the Internet nobody could answer it", key);
    else if (page && check->name.field == TEXT_BODY && !link)
        complain(check, PROBLEM_ERROR, "'%s' has no {link}: nobody could answer it", key);
}

/* ---- how long it is ---- */

static const char *longer(const char *a, const char *b)
{
    return b && text_utf8_count(b, strlen(b)) > text_utf8_count(a, strlen(a)) ? b : a;
}

static const char *longest_name(const struct plan *plan)
{
    const char *name = "";
    for (size_t i = 0; i < plan->n_persons; i++)
        name = longer(name, plan->persons[i].name);
    return name;
}

static void set_longest_role(const struct plan *plan, struct message_view *view)
{
    for (size_t i = 0; i < plan->n_rosters; i++) {
        view->role = longer(view->role, plan->rosters[i].role);
        view->role_title = longer(view->role_title, plan->rosters[i].title);
    }
    for (size_t i = 0; i < plan->n_groups; i++) {
        view->role = longer(view->role, plan->groups[i].id);
        view->role_title = longer(view->role_title, plan->groups[i].title);
    }
}

/* Everything is there and as long as it gets, but what is cut where it does not fit. */
static struct message_view longest_view(const struct check *check, bool drill)
{
    static const char longest_callback[] = "0000000000000000000000000000000000000000";
    static const char longest_missing[] =
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const struct plan *plan = &check->config->plan;
    const char *name = longest_name(plan);
    bool to_source = check->name.kind == TEXT_KIND_SOURCE_WITHDRAWN;
    enum purpose purpose = check->name.kind == TEXT_KIND_DRILL ? PURPOSE_PAGE
                           : to_source ? PURPOSE_WITHDRAWN : (enum purpose)check->name.kind;
    struct message_view view = {
        .purpose = purpose, .channel = CHANNEL_SMS, .language = check->name.language, .to = "", .person_id = to_source ? "" : "-",
        .person_name = name, .organisation = plan->organisation, .role = "", .role_title = "", .summary = "",
        .incident = incident_key(2026, (uint32_t)(INCIDENT_DEGRADED | 999999)), .callback = longest_callback,
        .severity = SEVERITY_WARNING,
        .drill = drill, .sharp = !drill, .code = 999999, .has_token = true, .opened_usec = 1, .updated_usec = 1, .at_usec = 1,
        .unheld_usec = 1, .acknowledged_by = name, .acknowledged_number = "+460000000000000", .acknowledged_usec = 1,
        .closed_usec = 1,
        .count = 99, .gateway = "", .reason = "", .duty_from_usec = 1, .duty_until_usec = 1, .duty_other = name,
        .answered = 999, .total = 999, .missing = longest_missing,
    };
    set_longest_role(plan, &view);
    for (size_t i = 0; i < check->config->n_gateways; i++)
        view.gateway = longer(view.gateway, check->config->gateways[i].name);
    return view;
}

static struct gsm7_size longest(const struct check *check, const struct message_texts *texts, bool drill)
{
    const struct message_view view = longest_view(check, drill);
    const struct text_context context = { .tz = check->config->plan.tz, .public_url = check->config->public_url,
                                          .can_reply = true,
                                          .texts = texts };
    struct message_text text = { 0 };
    message_text_render(&view, &context, &text);
    struct gsm7_size size = gsm7_measure(buf_text(&text.text), text.text.len);
    message_text_done(&text);
    return size;
}

static void check_length(const struct check *check, const struct message_texts *texts)
{
    CLEANUP_BUF struct buf ready = { 0 };
    bool maybe_real = check->name.kind != TEXT_KIND_DRILL, maybe_drill = check->name.kind != PURPOSE_PAGE;
    struct gsm7_size size = longest(check, texts, maybe_drill);
    if (maybe_real && maybe_drill) {
        struct gsm7_size real = longest(check, texts, false);
        size = real.segments > size.segments ? real : size;
    }
    message_text_add_ready(&ready, check->name.kind, TEXT_SMS, check->entry->text);
    if (gsm7_measure(buf_text(&ready), ready.len).ucs2)
        complain(check, PROBLEM_WARNING,
                 "'%s' holds a character outside the alphabet of SMS, so that a part takes 67 characters and not 153",
                 check->entry->key);
    unsigned max = size.ucs2 ? MESSAGE_PARTS_UCS2 : MESSAGE_PARTS_GSM7;
    if (size.segments > max)
        complain(check, PROBLEM_WARNING,
                 "'%s' could take %u parts as an SMS, more than %u, and leaves no room for what has happened", check->entry->key,
                 size.segments, max);
}

/* ---- all of it ---- */

static void check_text(const struct check *check, const struct message_texts *texts)
{
    CLEANUP_BUF struct buf problem = { 0 };
    if (strlen(check->entry->text) > TEXT_MAX_BYTES) {
        complain(check, PROBLEM_ERROR, "'%s' is longer than %d bytes", check->entry->key, TEXT_MAX_BYTES);
        return;
    }
    if (!message_template_check(check->entry->text, &problem)) {
        complain(check, PROBLEM_ERROR, "'%s': %s", check->entry->key, buf_text(&problem));
        return;
    }
    check_drill_words(check);
    check_link(check);
    check_ways_to_answer(check);
    if (check->name.field == TEXT_SMS)
        check_length(check, texts);
}

void message_check_texts(const struct config *config, struct problems *problems)
{
    CLEANUP(message_texts_free) struct message_texts *texts = message_texts_new(config);
    for (size_t i = 0; i < config->n_texts; i++) {
        struct check check = { .config = config, .problems = problems, .entry = &config->texts[i] };
        if (!message_text_name_parse(check.entry->key, config->plan.language, &check.name))
            unknown_name(&check);
        else if (check_once(&check))
            check_text(&check, texts);
    }
}
