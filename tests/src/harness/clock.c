/* A wall clock that a test moves while the program runs: loaded before the C library (LD_PRELOAD), it adds as many seconds to
 * CLOCK_REALTIME as the file in MOVED_CLOCK says, eight bytes in the order of the machine. Other clocks, and gettimeofday (by which
 * librdkafka says until when it waits), are left alone. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead_s;

__attribute__((constructor)) static void find_file(void) {
    const char *path = getenv("MOVED_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    void *page = mmap(NULL, sizeof *ahead_s, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) {
        ahead_s = page;
    }
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME && ahead_s) {
        now->tv_sec += *ahead_s;
    }
    return failed;
}
