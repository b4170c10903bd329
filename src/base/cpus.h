/* How many processors this process may use. */
#ifndef CX_BASE_CPUS_H
#define CX_BASE_CPUS_H

/** Processors in the affinity mask, limited by the control group's quota; at least 1. Reads files:
 * ask once. */
int cx__cpus_available(void);
/** Processors that the control groups named in the file `membership` (/proc/self/cgroup) may use,
 * rounded up, with the hierarchies mounted below `root` (/sys/fs/cgroup); 0: no limit. Versions 1
 * and 2. */
int cx__cpus_quota(const char *membership, const char *root);
#endif
