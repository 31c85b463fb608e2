/* A simulation on a terminal, or as JSON: fed by simulate_run(), told at its end. */
#ifndef CTL_SIMULATE_PRINT_H
#define CTL_SIMULATE_PRINT_H

#include "roster/simulate.h"

struct simulate_print;
/* The simulation is borrowed until the end. Without JSON what is known is printed as it comes. */
struct simulate_print *simulate_print_new(const struct simulation *simulation, bool json);
extern const struct simulate_ops simulate_print_ops;         /* its userdata is the printer */
/* Prints what is left to say, and frees. whole: as simulate_run() returned. */
void simulate_print_end(struct simulate_print *print, bool whole);

#endif
