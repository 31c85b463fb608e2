#include "config/gateway_http.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/gateway_voice.h"
#include "config/slurp.h"

static const struct doc_key preset_keys[] = { { "title", DOC_ONCE }, { "channels", DOC_LONG }, GATEWAY_HTTP_KEYS,
                                              GATEWAY_VOICE_KEYS };
static const struct doc_kind kinds[] = { { .name = "preset", .keys = preset_keys, .n_keys = N_ELEMENTS(preset_keys) } };

static void unknown_preset(struct load *load, struct origin where, const char *name)
{
    char **names = NULL;
    size_t n = 0;
    if (slurp_names(load->env->preset_directory, ".ini", &names, &n) != ERR_OK) {
        load_error(load, where, "there is no preset '%s': %s cannot be read", name, load->env->preset_directory);
        return;
    }
    const char *near = text_nearest(name, (const char *const *)names, n);
    if (near)
        load_error(load, where, "unknown preset '%s'; did you mean '%s'?", name, near);
    else
        load_error(load, where, "unknown preset '%s'; they are in %s", name, load->env->preset_directory);
    slurp_names_free(names, n);
}

void preset_load(struct load *load, struct origin where, const char *name, struct scope *ret, unsigned *ret_channels)
{
    *ret = (struct scope){ .load = load };
    *ret_channels = (1u << CHANNEL_COUNT) - 1;
    const char *why = load_bad_id(name);
    if (why || !load->env->preset_directory) {
        load_error(load, where, "the preset's name '%s' %s", name, why ? why : "cannot be looked up");
        return;
    }
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "%s/%s.ini", load->env->preset_directory, name);
    bool unreadable = false;
    const char *file = arena_strdup(load->arena, buf_text(&path));
    const struct doc *doc = load_document_at(load, file, file, false, kinds, N_ELEMENTS(kinds), &unreadable);
    if (!doc && !unreadable)
        unknown_preset(load, where, name);
    if (!doc)
        return;
    ret->doc = doc;
    ret->section = doc_section(doc, "preset", NULL);
    if (!ret->section)
        load_error(load, doc_origin(doc, 0), "the preset has no [preset]");
    *ret_channels = value_channels(ret, "channels", *ret_channels);
}
