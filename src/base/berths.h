/* Where the pool's workers sleep. */
#ifndef CX_BASE_BERTHS_H
#define CX_BASE_BERTHS_H

/** A kernel wakes a thread where it last ran unless it knows an idle processor. In a virtual
 * machine a halted processor counts as taken from it, so that a worker may be woken behind the very
 * caller it is to help, or behind another worker, and stay there for many milliseconds. So workers
 * say where they fall asleep, and the caller moves those that would share a processor before it
 * wakes them. Does nothing where the system has no such calls. */

/** The calling thread becomes worker number i. */
void cx__berth_take(int i);
/** Worker i is about to sleep. */
void cx__berth_sleep(int i);
/** Worker i is awake: what the caller did to it is undone. */
void cx__berth_leave(int i);
/** Called by the one thread that may wake workers 0 .. count - 1, before it does. */
void cx__berths_spread(int count);
#endif
