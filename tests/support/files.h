/* Files that a test makes. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

enum { TEST_PATH = 64 };
/** Make an empty file of the test's own and write its path, in memory where that is possible: each
 * write of the library waits for the disk. The test unlinks it. */
void test_temp_file(char path[TEST_PATH]);
/** The same for a folder; the test removes it, with what is in it. */
void test_temp_folder(char path[TEST_PATH]);
void test_remove_folder(const char *path);
#endif
