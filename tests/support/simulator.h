/* The simulated GPU's controls: "mode" (0 work at once, 1 as late as possible, 2 at random),
 * "order" (of threads and blocks), "seed", ... */
#ifndef TESTS_SUPPORT_SIMULATOR_H
#define TESTS_SUPPORT_SIMULATOR_H
/** Set a control, or ask for it; -1 where the test's device is no simulator. */
long test_simulator(const char *what, long value);
#endif
