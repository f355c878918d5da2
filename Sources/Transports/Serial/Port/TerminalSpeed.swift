internal import Glibc

/// How fast a terminal sends and receives.
enum TerminalSpeed {
    /// The rates that the C library has a word for.
    private static let named: [Int: Int32] = [
        300: B300, 600: B600, 1200: B1200, 2400: B2400, 4800: B4800, 9600: B9600, 19200: B19200, 38400: B38400,
        57600: B57600, 115_200: B115200, 230_400: B230400, 460_800: B460800, 500_000: B500000, 576_000: B576000,
        921_600: B921600, 1_000_000: B1000000,
    ]

    /// Sets a rate in settings that are to be applied; false for one that has no name.
    static func set(_ rate: Int, in settings: inout termios) -> Bool {
        guard let word = named[rate].map(speed_t.init) else { return false }
        return unsafe cfsetispeed(&settings, word) == 0 && cfsetospeed(&settings, word) == 0
    }

    /// Gives an open terminal a rate that has no name, in a way of Linux's own, and reads back what came of it.
    static func set(_ rate: Int, of file: Int32) -> Int? {
        var settings = LinuxTermios()
        guard let wanted = UInt32(exactly: rate), unsafe ioctl(file, LinuxTermios.get, &settings) == 0 else {
            return nil
        }
        settings.control = settings.control & ~LinuxTermios.rateBits | LinuxTermios.anyRate
        settings.inputRate = wanted
        settings.outputRate = wanted
        guard unsafe ioctl(file, LinuxTermios.set, &settings) == 0 else { return nil }
        return current(of: file)
    }

    /// The rate of an open terminal in bits a second.
    static func current(of file: Int32) -> Int? {
        var settings = LinuxTermios()
        guard unsafe ioctl(file, LinuxTermios.get, &settings) == 0 else { return nil }
        return Int(settings.outputRate)
    }
}

/// The kernel's `struct termios2`, which the C library does not export: as on x86-64, ARM and RISC-V
/// (`asm-generic/termbits.h`), the only processors that this is built for.
private struct LinuxTermios {
    var input: UInt32 = 0
    var output: UInt32 = 0
    var control: UInt32 = 0
    var local: UInt32 = 0
    var discipline: UInt8 = 0
    /// The kernel's 19 control characters.
    var characters:
        (
            UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8,
            UInt8,
            UInt8, UInt8, UInt8
        ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    var inputRate: UInt32 = 0
    var outputRate: UInt32 = 0

    static let get: UInt = 0x802C_542A
    static let set: UInt = 0x402C_542B
    static let rateBits: UInt32 = 0x100F
    /// `BOTHER`: the rate is in the two numbers.
    static let anyRate: UInt32 = 0x1000
}
