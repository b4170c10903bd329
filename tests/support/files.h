/* Files that a test makes. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

enum { TEST_PATH = 64 };
/** Make an empty file of the test's own and write its path, in memory where that is possible: each
 * write of the library waits for the disk. The test unlinks it. */
void test_temp_file(char path[TEST_PATH]);
#endif
