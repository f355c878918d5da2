#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stddef.h>
#include <stdint.h>

/// The length of a vector of single-precision numbers.
float hypotf(float x, float y);

/// Makes signals such as SIGABRT end this process also when another process has sent them.
///
/// Swift's runtime handles them to print a backtrace, after which only a fault of the program's own would end it.
void end_by_crash_signals(void);
/// Makes memory that other processes can map but neither write nor resize, and maps it here for writing.
/// Returns its descriptor, or the negative number of an error.
int sealed_memory_make(size_t bytes, void **address);

/// Sends one packet without waiting, with a descriptor if that is not negative. Returns 0 or the number of an error.
int packet_send(int socket, const void *header, size_t header_bytes, const void *extra, size_t extra_bytes, int descriptor);

/// Receives one packet without waiting, and the descriptor that comes with it, or -1.
///
/// Returns its length, 0 at the end, or the negative number of an error; `EMSGSIZE` if it does not fit.
int packet_receive(int socket, void *buffer, size_t room, int *descriptor);

/// Maps memory of another process for reading, if it is sealed and as long as this. Returns 0 or the number of an error.
int sealed_memory_map(int descriptor, size_t bytes, void **address);

/// The user and the process at the other end of a Unix socket. Returns 0 or the number of an error.
int socket_peer(int socket, uint32_t *user, int32_t *process);

/// Accepts a client of a listening socket; negative with `errno` set on failure.
int socket_accept(int socket);

/// Makes an event by which one thread wakes another; negative with `errno` set on failure.
int event_make(void);

/// The ways in which pixels are compressed, by their numbers on the wire.
enum { pixel_zlib = 1, pixel_lz4 = 2, pixel_zstd = 3 };

/// Whether the library for LZ4 or zstd is installed; it is loaded by the first question.
int compressor_exists(int encoding);

/// Compresses with LZ4 or zstd; 0 if the result does not fit, or the library is missing.
size_t compressor_run(int encoding, const void *source, size_t bytes, void *target, size_t room);

/// Sorts the bytes of pixels by their place in a pixel.
void shuffle_bytes(const uint8_t *source, uint8_t *target, size_t bytes, size_t pixel);

#endif
