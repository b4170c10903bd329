/* Where the pool's workers sleep. */
#ifndef CX_BASE_BERTHS_H
#define CX_BASE_BERTHS_H

/** In a virtual machine the kernel takes a halted processor for a busy one and wakes a worker on
 * the processor of the very caller that it is to help, or behind another worker, where it stays for
 * many milliseconds. So workers say where they fall asleep, and before the caller wakes them it
 * keeps them, by their masks, from its own processor and from each other's. Does nothing where the
 * system has no such calls. */

/** The calling thread becomes worker number i. */
void cx__berth_take(int i);
/** Worker i is about to sleep. */
void cx__berth_sleep(int i);
/** Worker i is awake: what the caller did to it is undone. */
void cx__berth_leave(int i);
/** Nobody has a berth: in a child after fork, whose copies name the parent's threads. */
void cx__berths_forget(void);
/** Called by the one thread that may wake workers 0 .. count - 1, before it does. */
void cx__berths_spread(int count);
#endif
