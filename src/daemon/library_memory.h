/* Out of memory ends the program (base/mem.h), also within the libraries that would go on with half an answer. */
#ifndef DAEMON_LIBRARY_MEMORY_H
#define DAEMON_LIBRARY_MEMORY_H

/* OpenSSL and jansson take their memory by our functions from now on. Call it before either has been used. */
void library_memory_init(void);

#endif
