/* The other ends of real kernel objects: the master of a pseudo-terminal, a datagram socket. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Opens a pseudo-terminal and writes the path of its slave into `path`; -errno on failure. */
int peer_terminal(char *path, long size) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
    return -errno;
  }
  return ptsname_r(master, path, (size_t) size) == 0 ? master : -errno;
}

/* Binds a datagram socket to `length` bytes of address; -errno on failure. */
int peer_datagrams(const char *name, long length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, name, (size_t) length);
  int descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
  socklen_t size = (socklen_t) (sizeof(sa_family_t) + (size_t) length);
  return bind(descriptor, (struct sockaddr *) &address, size) == 0 ? descriptor : -errno;
}

long peer_read(int descriptor, void *into, long size) {
  return read(descriptor, into, (size_t) size);
}

long peer_write(int descriptor, const void *from, long size) {
  return write(descriptor, from, (size_t) size);
}

int peer_close(int descriptor) { return close(descriptor); }
