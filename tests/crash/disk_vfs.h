/* Makes the mounted disk (disk.h) what SQLite opens files on, by default. */
#ifndef TESTS_CRASH_DISK_VFS_H
#define TESTS_CRASH_DISK_VFS_H

void disk_vfs_install(void);

#endif
