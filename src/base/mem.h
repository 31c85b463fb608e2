/* Memory. Allocation never returns NULL: without memory the program ends at once with a line on stderr, and the service
 * manager starts it again from what was committed. A half-working pager is worse than one that is back in a second. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));                 /* zeroed; free() it */
void *mem_realloc(void *memory, size_t size) __attribute__((returns_nonnull));        /* the new part is not zeroed */
void *mem_realloc_array(void *memory, size_t n, size_t size) __attribute__((returns_nonnull)); /* overflow ends the program */
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
char *mem_strndup(const char *text, size_t len) __attribute__((malloc, returns_nonnull));
void *mem_dup(const void *bytes, size_t len) __attribute__((malloc, returns_nonnull));

#define NEW(type)            ((type *)mem_alloc(sizeof(type)))
#define NEW_ARRAY(type, n)   ((type *)mem_realloc_array(NULL, (n), sizeof(type)))

/* CLEANUP(x_free) struct x *x: freed when the scope ends. TAKE(x): hand it out and leave NULL behind. */
#define CLEANUP(function) __attribute__((cleanup(function##_cleanup)))
#define DEFINE_CLEANUP(type, function)                                                                                   \
    static inline void __attribute__((unused)) function##_cleanup(type *pointer) { function(*pointer); }
#define TAKE(pointer) __extension__({ __typeof__(pointer) taken_ = (pointer); (pointer) = NULL; taken_; })

static inline void mem_free_cleanup(void *pointer) { free(*(void **)pointer); }
#define CLEANUP_FREE __attribute__((cleanup(mem_free_cleanup)))

/* A bump allocator: many small things that die together, as a configuration's. */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *arena);                                      /* accepts NULL */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));   /* zeroed, 16-byte aligned */
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *arena, const char *text, size_t len) __attribute__((returns_nonnull));
DEFINE_CLEANUP(struct arena *, arena_free)

#endif
