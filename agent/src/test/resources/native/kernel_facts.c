/* What the kernel's own headers say on the machine that runs the test, one `name=value` a line. */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/serial.h>
#include <linux/timex.h>
#include <linux/tty_flags.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>

static char text[8192];
static size_t used;

static void fact(const char *name, long long value) {
  used += (size_t) snprintf(text + used, sizeof text - used, "%s=%lld\n", name, value);
}

#define NUMBER(name) fact(#name, (long long) (name))
#define SIZE(type) fact("sizeof " #type, (long long) sizeof(struct type))
#define OFFSET(type, field) fact(#type "." #field, (long long) offsetof(struct type, field))

const char *kernel_facts(void) {
  used = 0;
  NUMBER(TCGETS2), NUMBER(TCSETS2), NUMBER(TCFLSH), NUMBER(TIOCEXCL), NUMBER(TIOCNXCL);
  NUMBER(TIOCGSERIAL), NUMBER(TIOCSSERIAL), NUMBER(TIOCSRS485);
  NUMBER(I2C_RETRIES), NUMBER(I2C_TIMEOUT), NUMBER(I2C_FUNCS), NUMBER(I2C_RDWR);
  NUMBER(IGNBRK), NUMBER(INPCK), NUMBER(CSIZE), NUMBER(CS7), NUMBER(CS8), NUMBER(CSTOPB);
  NUMBER(CREAD), NUMBER(PARENB), NUMBER(PARODD), NUMBER(CLOCAL), NUMBER(BOTHER);
  NUMBER(SER_RS485_ENABLED), NUMBER(SER_RS485_RTS_ON_SEND), NUMBER(ASYNC_LOW_LATENCY);
  NUMBER(I2C_M_RD), NUMBER(I2C_FUNC_I2C), NUMBER(I2C_FUNC_SMBUS_QUICK);
  NUMBER(STA_UNSYNC), NUMBER(TIME_ERROR);
  NUMBER(POLLIN), NUMBER(POLLOUT), NUMBER(POLLERR), NUMBER(POLLHUP), NUMBER(POLLNVAL);
  SIZE(termios2), OFFSET(termios2, c_iflag), OFFSET(termios2, c_cflag), OFFSET(termios2, c_cc);
  OFFSET(termios2, c_ispeed), OFFSET(termios2, c_ospeed);
  SIZE(serial_rs485), OFFSET(serial_rs485, flags);
  SIZE(serial_struct), OFFSET(serial_struct, flags), OFFSET(serial_struct, close_delay);
  OFFSET(serial_struct, iomem_base), OFFSET(serial_struct, iomap_base);
  SIZE(pollfd), OFFSET(pollfd, fd), OFFSET(pollfd, events), OFFSET(pollfd, revents);
  SIZE(timespec), OFFSET(timespec, tv_nsec);
  SIZE(i2c_rdwr_ioctl_data), OFFSET(i2c_rdwr_ioctl_data, msgs), OFFSET(i2c_rdwr_ioctl_data, nmsgs);
  SIZE(i2c_msg), OFFSET(i2c_msg, addr), OFFSET(i2c_msg, flags), OFFSET(i2c_msg, len);
  OFFSET(i2c_msg, buf);
  SIZE(timex), OFFSET(timex, status), OFFSET(timex, tai);
  NUMBER(EPERM), NUMBER(ENOENT), NUMBER(EINTR), NUMBER(EIO), NUMBER(ENXIO), NUMBER(EBADF);
  NUMBER(EAGAIN), NUMBER(ENOMEM), NUMBER(EACCES), NUMBER(EBUSY), NUMBER(ENODEV), NUMBER(EINVAL);
  NUMBER(ENFILE), NUMBER(EMFILE), NUMBER(ENOTTY), NUMBER(ENOSPC), NUMBER(EROFS);
  NUMBER(EPIPE), NUMBER(EPROTO);
  NUMBER(EBADMSG), NUMBER(EMSGSIZE), NUMBER(EOPNOTSUPP), NUMBER(ENOBUFS), NUMBER(ESHUTDOWN);
  NUMBER(ETIMEDOUT), NUMBER(ECONNREFUSED), NUMBER(EREMOTEIO), NUMBER(EDQUOT);
  return text;
}
