/* Preloaded into a server: each of its syncs takes longer, by the microseconds of SLOW_SYNC_US. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

typedef int sync_call(int);

static void wait_longer(void) {
  const char *text = getenv("SLOW_SYNC_US");
  long microseconds = text == NULL ? 0 : atol(text);
  struct timespec pause = {microseconds / 1000000, microseconds % 1000000 * 1000};
  nanosleep(&pause, NULL);
}

int fsync(int file) {
  wait_longer();
  return ((sync_call *)dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
  wait_longer();
  return ((sync_call *)dlsym(RTLD_NEXT, "fdatasync"))(file);
}
