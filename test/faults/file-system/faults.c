/*
 * Preloaded into a server to make its file system fail, and to write down what would be on disk if the power were cut.
 *
 *   FAULT_FOLDER    only files below this folder are touched
 *   FAULT_CONTROL   file with at most one rule: `sync|write NAME-ENDING ERRNO TIMES`; read before each call
 *   FAULT_JOURNAL   file to which every write, truncation, removal, rename and sync is appended
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char rule[256];
static int failures;
static int journal = -2;

/* The name of a file below the folder, relative to it; 0 for anything else. */
static int name_of_path(const char *path, char *name) {
  const char *folder = getenv("FAULT_FOLDER");
  size_t length = folder == NULL ? 0 : strlen(folder);
  if (length == 0 || strncmp(path, folder, length) != 0 || path[length] != '/') return 0;
  snprintf(name, PATH_MAX, "%s", path + length + 1);
  return 1;
}

static int name_of(int fd, char *name) {
  struct stat about;
  char link[64], path[PATH_MAX];
  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return name_of_path(path, name);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), wanted = strlen(end);
  return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* The error this call has to fail with, or 0. A rule that changed counts anew. */
static int fault(const char *call, const char *name) {
  const char *control = getenv("FAULT_CONTROL");
  char now[256] = "", wanted[16], ending[128];
  int number, times;
  if (control == NULL) return 0;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
  if (fd >= 0) {
    ssize_t length = read(fd, now, sizeof now - 1);
    now[length < 0 ? 0 : length] = 0;
    close(fd);
  }
  if (strcmp(now, rule) != 0) {
    strcpy(rule, now);
    failures = 0;
  }
  if (sscanf(now, "%15s %127s %d %d", wanted, ending, &number, &times) != 4) return 0;
  if (strcmp(wanted, call) != 0 || !ends_with(name, ending) || failures >= times) return 0;
  failures += 1;
  return number;
}

static void append(const void *bytes, size_t count) {
  const char *at = bytes;
  while (count > 0) {
    ssize_t written = syscall(SYS_write, journal, at, count);
    if (written <= 0) abort();
    at += written;
    count -= (size_t)written;
  }
}

/* A record: kind, length of the name, position, length of what follows, the name, the bytes. */
static void record(char kind, const char *name, int64_t position, const void *bytes, int64_t count) {
  const char *path = getenv("FAULT_JOURNAL");
  if (path == NULL) return;
  if (journal == -2) {
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) abort();
  }
  char head[24] = {0};
  int32_t length = (int32_t)strlen(name);
  head[0] = kind;
  memcpy(head + 4, &length, 4);
  memcpy(head + 8, &position, 8);
  memcpy(head + 16, &count, 8);
  append(head, sizeof head);
  append(name, (size_t)length);
  if (bytes != NULL) append(bytes, (size_t)count);
}

static int fail(int number) {
  pthread_mutex_unlock(&lock);
  errno = number;
  return -1;
}

static ssize_t write_at(int fd, const void *bytes, size_t count, off_t position, int moves) {
  char name[PATH_MAX];
  if (!name_of(fd, name)) {
    return moves ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, position);
  }
  pthread_mutex_lock(&lock);
  int number = fault("write", name);
  if (number != 0) return fail(number);
  if (moves) position = lseek(fd, 0, SEEK_CUR);
  ssize_t written = moves ? syscall(SYS_write, fd, bytes, count) : syscall(SYS_pwrite64, fd, bytes, count, position);
  int reason = errno;
  if (written > 0) record('W', name, position, bytes, written);
  pthread_mutex_unlock(&lock);
  errno = reason;
  return written;
}

ssize_t write(int fd, const void *bytes, size_t count) { return write_at(fd, bytes, count, 0, 1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return write_at(fd, bytes, count, at, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) { return write_at(fd, bytes, count, at, 0); }

static int sync_file(int fd, long call) {
  char name[PATH_MAX];
  if (!name_of(fd, name)) return (int)syscall(call, fd);
  pthread_mutex_lock(&lock);
  int number = fault("sync", name);
  if (number != 0) {
    record('F', name, 0, NULL, 0);
    return fail(number);
  }
  int result = (int)syscall(call, fd);
  int reason = errno;
  record(result == 0 ? 'S' : 'F', name, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = reason;
  return result;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

static int truncate_file(int fd, off_t length) {
  char name[PATH_MAX];
  if (!name_of(fd, name)) return (int)syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_ftruncate, fd, length);
  int reason = errno;
  if (result == 0) record('T', name, length, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = reason;
  return result;
}

int ftruncate(int fd, off_t length) { return truncate_file(fd, length); }
int ftruncate64(int fd, off_t length) { return truncate_file(fd, length); }

int unlink(const char *path) {
  char name[PATH_MAX];
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  int reason = errno;
  if (result == 0 && name_of_path(path, name)) record('U', name, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = reason;
  return result;
}

int rename(const char *from, const char *to) {
  char name[PATH_MAX], target[PATH_MAX];
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  int reason = errno;
  if (result == 0 && name_of_path(from, name) && name_of_path(to, target)) {
    record('R', name, 0, target, (int64_t)strlen(target));
  }
  pthread_mutex_unlock(&lock);
  errno = reason;
  return result;
}
