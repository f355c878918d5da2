internal import Glibc

/// A pair of terminals without a wire: what one side writes the other reads.
struct PseudoTerminal {
    /// The device's side.
    let master: Int32
    /// The host's side, kept open so that it stays what it is while no host is there.
    private let slave: Int32
    let path: String

    init() throws(SerialError) {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard master >= 0 else { throw .cannotOpen("/dev/ptmx: \(reason(errno))") }
        // The C functions for it are beyond Swift's reach; these are what they call (`asm-generic/ioctls.h`).
        let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        var lock: Int32 = 0
        var number: Int32 = 0
        guard unsafe ioctl(master, setLock, &lock) == 0, unsafe ioctl(master, getNumber, &number) == 0 else {
            let error = SerialError.cannotOpen("/dev/ptmx: \(reason(errno))")
            Glibc.close(master)
            throw error
        }
        path = "/dev/pts/\(number)"
        slave = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard slave >= 0 else {
            let error = SerialError.cannotOpen("\(path): \(reason(errno))")
            Glibc.close(master)
            throw error
        }
        var settings = termios()
        guard unsafe tcgetattr(slave, &settings) == 0 else { return }
        unsafe cfmakeraw(&settings)
        unsafe tcsetattr(slave, TCSANOW, &settings)
    }

    /// Hangs up, when no other thread is reading.
    func close() {
        Glibc.close(slave)
        Glibc.close(master)
    }
}
