/* So many screens in one process and one epoll: it connects them, times a text on all of them, and reads away the rest.

   crowd PORT [SUBSCRIBE]

   Commands come as lines on standard input, answers go as lines to standard output; times are CLOCK_MONOTONIC in seconds.
     connect N    N more screens, 64 on the way at once            connected TOTAL SECONDS
     mark TEXT    until every screen was sent TEXT                 armed, then: marked FIRST MEDIAN LAST, or: missed COUNT
     settle MS    until nothing came for MS milliseconds           quiet
     close        all screens go; the next come from another       closed
                  loopback address, so that no port is reused
   Exit status 1: a handshake was refused, or a screen was sent away. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 65536, AT_ONCE = 64, TAIL = 64, EVENTS = 512, PATIENCE_S = 60 };

struct screen {
    char tail[TAIL]; /* the end of what came before: a mark may lie across two reads */
    int tail_length;
    int open; /* 0 free, 1 in its handshake, 2 a screen */
    int seen;
};

static struct screen screens[MOST];
static double times[MOST];
static char mark[TAIL], buffer[TAIL + 262144], subscribe_frame[256], handshake[512];
static int poll_fd, port, total, opened, seen, marking, mark_length, subscribe_length, octet = 1;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *why, const char *what) {
    fprintf(stderr, "crowd: %s %.200s\n", why, what);
    exit(1);
}

static void make_frames(const char *text) {
    size_t length = strlen(text);
    snprintf(handshake, sizeof handshake,
             "GET /live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", port);
    if (length > 125) fail("too long:", text);
    if (!length) return;
    subscribe_frame[0] = (char)0x81;
    subscribe_frame[1] = (char)(0x80 | length); /* the mask that follows is zero */
    memcpy(subscribe_frame + 6, text, length);
    subscribe_length = (int)length + 6;
}

static void start_one(void) {
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
    /* By edges: what was read need not be looked at again, which would cost the servers' machine more. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (fd < 0 || fd >= MOST) fail("no socket:", strerror(errno));
    from.sin_addr.s_addr = htonl(0x7f000000u + octet);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) || connect(fd, (struct sockaddr *)&to, sizeof to))
        fail("cannot connect:", strerror(errno));
    if (write(fd, handshake, strlen(handshake)) != (ssize_t)strlen(handshake)) fail("cannot write:", strerror(errno));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    memset(&screens[fd], 0, sizeof screens[fd]);
    screens[fd].open = 1;
    event.data.fd = fd;
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void look_for_mark(int fd, ssize_t length) {
    struct screen *one = &screens[fd];
    char *from = buffer + TAIL - one->tail_length;
    ssize_t all = length + one->tail_length, keep = all < mark_length - 1 ? all : mark_length - 1;
    memcpy(from, one->tail, one->tail_length);
    if (memmem(from, all, mark, mark_length)) {
        one->seen = 1;
        times[seen++] = now();
    }
    memcpy(one->tail, from + all - keep, keep);
    one->tail_length = (int)keep;
}

/* What one descriptor has to say, all of it. Returns 1 where something came. */
static int hear(int fd) {
    struct screen *one = &screens[fd];
    ssize_t length = read(fd, buffer + TAIL, sizeof buffer - TAIL);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (length <= 0) fail("a screen was sent away", length ? strerror(errno) : "");
    if (one->open == 1) {
        if (length < 12 || memcmp(buffer + TAIL, "HTTP/1.1 101", 12)) {
            buffer[TAIL + length] = 0;
            fail("a handshake was answered", buffer + TAIL);
        }
        one->open = 2;
        opened++;
        if (subscribe_length && write(fd, subscribe_frame, subscribe_length) != subscribe_length)
            fail("cannot subscribe:", strerror(errno));
    } else if (marking && !one->seen) {
        look_for_mark(fd, length);
    }
    if (length == sizeof buffer - TAIL) hear(fd);
    return 1;
}

/* Hears the screens for so long at most. Returns how many said something, or -1 where a command waits as well. */
static int turn(int milliseconds) {
    struct epoll_event events[EVENTS];
    int heard = 0, command = 0, count = epoll_wait(poll_fd, events, EVENTS, milliseconds);
    for (int i = 0; i < count; i++) {
        if (events[i].data.fd == 0) command = 1;
        else heard += hear(events[i].data.fd);
    }
    return command ? -1 : heard;
}

static void connect_more(int count) {
    double began = now();
    int started = 0, before = opened;
    while (opened - before < count) {
        while (started < count && started - (opened - before) < AT_ONCE) start_one(), started++;
        turn(100);
        if (now() - began > 10 * PATIENCE_S) fail("handshakes have no answer", "");
    }
    total += count;
    printf("connected %d %.6f\n", total, now() - began);
}

static int by_time(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void wait_for_mark(const char *text) {
    double began = now();
    mark_length = (int)strlen(text);
    if (!mark_length || mark_length >= TAIL) fail("no such mark:", text);
    memcpy(mark, text, mark_length);
    for (int fd = 0; fd < MOST; fd++) screens[fd].seen = screens[fd].tail_length = 0;
    seen = 0, marking = 1;
    printf("armed\n");
    fflush(stdout);
    while (seen < total && now() - began < PATIENCE_S) turn(100);
    marking = 0;
    if (seen < total) {
        printf("missed %d\n", total - seen);
        return;
    }
    qsort(times, seen, sizeof *times, by_time);
    printf("marked %.6f %.6f %.6f\n", times[0], times[seen / 2], times[seen - 1]);
}

static void settle(int milliseconds) {
    double quiet = now();
    while ((now() - quiet) * 1000 < milliseconds)
        if (turn(20) > 0) quiet = now();
    printf("quiet\n");
}

static void close_all(void) {
    for (int fd = 3; fd < MOST; fd++)
        if (screens[fd].open) close(fd), screens[fd].open = 0;
    total = opened = 0;
    octet = octet % 200 + 1;
    printf("closed\n");
}

static void obey(char *line) {
    line[strcspn(line, "\n")] = 0;
    if (!strncmp(line, "connect ", 8)) connect_more(atoi(line + 8));
    else if (!strncmp(line, "mark ", 5)) wait_for_mark(line + 5);
    else if (!strncmp(line, "settle ", 7)) settle(atoi(line + 7));
    else if (!strcmp(line, "close")) close_all();
    else fail("unknown command", line);
    fflush(stdout);
}

int main(int count, char **arguments) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = 0};
    char line[256];
    if (count < 2) fail("usage: crowd PORT [SUBSCRIBE]", "");
    port = atoi(arguments[1]);
    make_frames(count > 2 ? arguments[2] : "");
    setvbuf(stdin, NULL, _IONBF, 0); /* what is buffered would not wake epoll */
    poll_fd = epoll_create1(0);
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        if (turn(1000) >= 0) continue;
        if (!fgets(line, sizeof line, stdin)) return 0;
        obey(line);
    }
}
