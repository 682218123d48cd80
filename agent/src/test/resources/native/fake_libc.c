/* The functions that the agent calls, each writing what it was asked into a log and answering what
   it was told to, call by call; otherwise as a willing driver would. Little endian. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TCGETS2 0x802C542AUL
#define TCSETS2 0x402C542BUL
#define TIOCGSERIAL 0x541EUL
#define TIOCSSERIAL 0x541FUL
#define TIOCSRS485 0x542FUL
#define I2C_FUNCS 0x0705UL
#define I2C_RDWR 0x0707UL

struct message {
  uint16_t address, flags, length, pad;
  uint8_t *buffer;
};

struct transfer {
  struct message *messages;
  uint32_t count;
};

struct answer {
  char call[32];
  long result;
  int error;
  long length;
  unsigned char data[256];
};

static struct answer answers[64];
static int answer_count;
static char journal[65536];
static unsigned char termios[44];

void fake_reset(void) {
  answer_count = 0;
  journal[0] = 0;
  memset(termios, 0, sizeof termios);
}

/* The next time that `call` is made it returns `result` with errno `error`, or `data`. */
void fake_answer(const char *call, long result, int error, const void *data, long length) {
  struct answer *answer = &answers[answer_count++];
  snprintf(answer->call, sizeof answer->call, "%s", call);
  answer->result = result;
  answer->error = error;
  answer->length = length;
  memcpy(answer->data, data, (size_t) length);
}

const char *fake_journal(void) { return journal; }

static void note(const char *format, ...) {
  size_t used = strlen(journal);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(journal + used, sizeof journal - used, format, arguments);
  va_end(arguments);
}

static void note_bytes(const unsigned char *bytes, long length) {
  for (long i = 0; i < length; i++) {
    note("%02x", bytes[i]);
  }
}

static int take(const char *call, struct answer *taken) {
  for (int i = 0; i < answer_count; i++) {
    if (strcmp(answers[i].call, call) == 0) {
      *taken = answers[i];
      memmove(&answers[i], &answers[i + 1], sizeof answers[0] * (size_t) (--answer_count - i));
      return 1;
    }
  }
  return 0;
}

static long answered(const char *call, long otherwise, void *into) {
  struct answer answer;
  if (!take(call, &answer)) {
    return otherwise;
  }
  if (answer.error != 0) {
    errno = answer.error;
    return -1;
  }
  memcpy(into, answer.data, (size_t) answer.length);
  return answer.result;
}

int open(const char *path, int flags, ...) {
  note("open %s %x\n", path, flags);
  return (int) answered("open", 3, NULL);
}

int close(int descriptor) {
  note("close %d\n", descriptor);
  return (int) answered("close", 0, NULL);
}

long read(int descriptor, void *into, unsigned long count) {
  note("read %d %lu\n", descriptor, count);
  errno = EAGAIN;
  return answered("read", -1, into);
}

long write(int descriptor, const void *from, unsigned long count) {
  note("write %d ", descriptor);
  note_bytes(from, (long) count);
  note("\n");
  return answered("write", (long) count, NULL);
}

int ppoll(void *pollfd, unsigned long count, const void *timeout, const void *mask) {
  const int16_t *words = pollfd;
  const int64_t *times = timeout;
  note("ppoll %d events %x %lld ns%s\n", *(int *) pollfd, words[2],
      (long long) (times[0] * 1000000000 + times[1]), count == 1 && mask == NULL ? "" : " ?");
  return (int) answered("ppoll", 0, (char *) pollfd + 6);
}

static void note_transfer(const struct transfer *transfer) {
  for (uint32_t i = 0; i < transfer->count; i++) {
    const struct message *message = &transfer->messages[i];
    note(" %02x", message->address);
    if (message->flags == 1) {
      note(" R %d", message->length);
    } else {
      note(message->flags == 0 ? " W " : " flags %x ", message->flags);
      note_bytes(message->buffer, message->length);
    }
  }
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  char call[32];
  snprintf(call, sizeof call, "ioctl %lx", request);
  note("ioctl %d %lx", descriptor, request);
  void *into = argument;
  long otherwise = 0;
  switch (request) {
    case TCGETS2:
      memcpy(argument, termios, sizeof termios);
      break;
    case TCSETS2:
      note(" ");
      note_bytes(argument, sizeof termios);
      memcpy(termios, argument, sizeof termios);
      break;
    case TIOCSRS485:
      note(" ");
      note_bytes(argument, 32);
      break;
    case TIOCGSERIAL:
      break;
    case TIOCSSERIAL:
      note(" ");
      note_bytes(argument, 72);
      break;
    case I2C_FUNCS:
      *(uint64_t *) argument = 0x0EFF0001;
      break;
    case I2C_RDWR: {
      const struct transfer *transfer = argument;
      note_transfer(transfer);
      into = transfer->messages[transfer->count - 1].buffer;
      otherwise = transfer->count;
      break;
    }
    default:
      note(" %ld", (long) argument);
  }
  note("\n");
  return (int) answered(call, otherwise, into);
}

int flock(int descriptor, int operation) {
  note("flock %d %d\n", descriptor, operation);
  return (int) answered("flock", 0, NULL);
}

int socket(int domain, int type, int protocol) {
  note("socket %d %x %d\n", domain, type, protocol);
  return (int) answered("socket", 4, NULL);
}

long sendto(int descriptor, const void *message, unsigned long length, int flags, const void *to,
    unsigned int to_length) {
  note("sendto %d ", descriptor);
  note_bytes(message, (long) length);
  note(" %x ", flags);
  note_bytes(to, (long) to_length);
  note("\n");
  return answered("sendto", (long) length, NULL);
}

int adjtimex(void *timex) {
  note("adjtimex modes %x\n", *(unsigned int *) timex);
  /* the scripted bytes are `status`, 40 bytes into the structure */
  return (int) answered("adjtimex", 0, (char *) timex + 40);
}

int __xpg_strerror_r(int number, char *buffer, size_t length) {
  note("strerror %d\n", number);
  snprintf(buffer, length, "error %d", number);
  return 0;
}
