/* The least a server can do: each order is answered and sent to every screen as a frame of 500 bytes, on one core.

   sender PORT

   It stores nothing and checks nothing. Whoever asks for /live is a screen; any other request is an order, whose note
   (from "due-" or "round-" to the semicolon) is told. What a screen's kernel buffer does not take is left out whole. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 65536, EVENTS = 512, PAYLOAD = 500, REQUEST = 8192 };

static char *requests[MOST]; /* what came of a request so far */
static int lengths[MOST], screens[MOST], places[MOST], watching, poll_fd;
static char frame[4 + PAYLOAD];

static const char upgrade[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"; /* RFC 6455's own key and answer */
static const char created[] =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";

static void forget(int fd) {
    if (places[fd]) { /* the last screen takes its place */
        int last = screens[--watching];
        screens[places[fd] - 1] = last;
        places[last] = places[fd];
        places[fd] = 0;
    }
    free(requests[fd]);
    requests[fd] = NULL;
    lengths[fd] = 0;
    close(fd);
}

static void tell(const char *note, int length) {
    memset(frame + 4, ' ', PAYLOAD);
    memcpy(frame + 4, note, length);
    for (int i = 0; i < watching; i++) {
        ssize_t sent = send(screens[i], frame, sizeof frame, MSG_NOSIGNAL);
        for (int waits = 0; sent > 0 && sent < (ssize_t)sizeof frame && waits < 1000000; waits++) { /* no frame is torn */
            ssize_t more = send(screens[i], frame + sent, sizeof frame - sent, MSG_NOSIGNAL);
            if (more > 0) sent += more;
        }
    }
}

static void answer(int fd) {
    char *request = requests[fd], *end, *note, *stop, *said;
    requests[fd][lengths[fd]] = 0;
    if (!(end = strstr(request, "\r\n\r\n"))) return;
    if (!strncmp(request, "GET /live", 9)) {
        if (write(fd, upgrade, sizeof upgrade - 1) < 0) return forget(fd);
        screens[watching++] = fd;
        places[fd] = watching;
        lengths[fd] = 0;
        return;
    }
    said = strcasestr(request, "content-length:");
    if (lengths[fd] < end + 4 - request + (said && said < end ? atoi(said + 15) : 0)) return;
    note = strstr(end, "due-");
    note = note ? note : strstr(end, "round-");
    stop = note ? strchr(note, ';') : NULL;
    if (stop && stop - note < PAYLOAD) tell(note, (int)(stop - note + 1));
    lengths[fd] = 0;
    if (write(fd, created, sizeof created - 1) < 0) forget(fd);
}

static void hear(int fd) {
    char away[65536];
    ssize_t length;
    if (places[fd]) { /* what a screen says is not looked at */
        length = read(fd, away, sizeof away);
        if (!length || (length < 0 && errno != EAGAIN)) forget(fd);
        return;
    }
    if (!requests[fd]) requests[fd] = malloc(REQUEST);
    length = read(fd, requests[fd] + lengths[fd], REQUEST - 1 - lengths[fd]);
    if (length <= 0) {
        if (!length || errno != EAGAIN) forget(fd);
        return;
    }
    lengths[fd] += (int)length;
    answer(fd);
}

int main(int count, char **arguments) {
    struct sockaddr_in here = {.sin_family = AF_INET};
    struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    if (count < 2) return 2;
    here.sin_port = htons(atoi(arguments[1]));
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(door, (struct sockaddr *)&here, sizeof here) || listen(door, 4096)) return perror("sender"), 1;
    frame[0] = (char)0x81, frame[1] = 126, frame[2] = PAYLOAD >> 8, frame[3] = (char)(PAYLOAD & 255);
    poll_fd = epoll_create1(0);
    event.data.fd = door;
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, door, &event);
    for (;;) {
        int ready = epoll_wait(poll_fd, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd != door) {
                hear(fd);
                continue;
            }
            while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                event.data.fd = fd;
                epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
            }
        }
    }
}
