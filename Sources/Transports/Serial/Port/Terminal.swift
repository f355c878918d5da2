internal import Glibc
internal import Platform

/// The settings of an open terminal.
enum Terminal {
    /// Makes the terminal pass bytes unchanged and at once, applies the settings, and reads them back.
    static func configure(_ file: Int32, _ wanted: PortSettings) throws(SerialError) {
        var settings = termios()
        guard unsafe tcgetattr(file, &settings) == 0 else { throw .cannotOpen(SystemError.text(errno)) }
        makeRaw(&settings)
        apply(wanted, to: &settings)
        let isNamed = TerminalSpeed.set(wanted.baudRate, in: &settings)
        guard unsafe tcsetattr(file, TCSANOW, &settings) == 0 else { throw .cannotOpen(SystemError.text(errno)) }
        let rate = isNamed ? TerminalSpeed.current(of: file) : TerminalSpeed.set(wanted.baudRate, of: file)
        guard let rate, isNear(rate, wanted.baudRate) else {
            throw .cannotOpen("it does not support \(wanted.baudRate) baud" + (rate.map { ", it offers \($0)" } ?? ""))
        }
        try check(file, against: settings)
        // Earlier bytes are of another rate, or of another program.
        tcflush(file, TCIOFLUSH)
    }

    private static func makeRaw(_ settings: inout termios) {
        unsafe cfmakeraw(&settings)
        settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
        // Closing must not drop the control lines, which a device may take for a command.
        settings.c_cflag &= ~tcflag_t(HUPCL)
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            unsafe characters[Int(VMIN)] = 1
            unsafe characters[Int(VTIME)] = 0
        }
    }

    private static func apply(_ wanted: PortSettings, to settings: inout termios) {
        settings.c_cflag &= ~(tcflag_t(PARENB | PARODD | CSTOPB) | hardwareFlow)
        settings.c_iflag &= ~tcflag_t(IXON | IXOFF)
        switch wanted.parity {
        case .none: break
        case .even: settings.c_cflag |= tcflag_t(PARENB)
        case .odd: settings.c_cflag |= tcflag_t(PARENB | PARODD)
        }
        if wanted.stopBits == .two { settings.c_cflag |= tcflag_t(CSTOPB) }
        switch wanted.flowControl {
        case .none: break
        case .hardware: settings.c_cflag |= hardwareFlow
        case .software: settings.c_iflag |= tcflag_t(IXON | IXOFF)
        }
    }

    private static var hardwareFlow: tcflag_t { tcflag_t(truncatingIfNeeded: CRTSCTS) }

    /// Checks all settings, since `tcsetattr` succeeds even if it could apply only some.
    private static func check(_ file: Int32, against wanted: termios) throws(SerialError) {
        var settings = termios()
        guard unsafe tcgetattr(file, &settings) == 0 else { throw .cannotOpen(SystemError.text(errno)) }
        // A pseudo-terminal has no wire, and neither parity nor stop bits.
        guard !isPseudoTerminal(file) else { return }
        let bits = tcflag_t(CSIZE | CSTOPB | PARENB | PARODD) | hardwareFlow
        guard settings.c_cflag & bits == wanted.c_cflag & bits else {
            throw .cannotOpen("it does not support the parity, stop bits or flow control that the device needs")
        }
    }

    private static func isPseudoTerminal(_ file: Int32) -> Bool {
        var status = stat()
        // The kernel's numbers for their files (`Documentation/admin-guide/devices.txt`).
        return unsafe fstat(file, &status) == 0 && (136...143).contains((status.st_rdev >> 8) & 0xfff)
    }

    /// Receivers tolerate two to three percent.
    private static func isNear(_ rate: Int, _ wanted: Int) -> Bool {
        abs(Double(rate) - Double(wanted)) <= 0.03 * Double(wanted)
    }

    /// Waits until all bytes have been sent; false if they have not within the limit.
    @discardableResult
    static func drain(_ file: Int32, within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        var count: Int32 = 0
        // `tcdrain` may block forever.
        while unsafe ioctl(file, UInt(TIOCOUTQ), &count) == 0, count > 0 {
            guard ContinuousClock.now < deadline else { return false }
            Pause.wait(for: .milliseconds(2))
        }
        return true
    }
}

/// The baud rate of a terminal.
enum TerminalSpeed {
    /// The rates that the C library has a constant for.
    private static let named: [Int: Int32] = [
        300: B300, 600: B600, 1200: B1200, 2400: B2400, 4800: B4800, 9600: B9600, 19200: B19200, 38400: B38400,
        57600: B57600, 115_200: B115200, 230_400: B230400, 460_800: B460800, 500_000: B500000, 576_000: B576000,
        921_600: B921600, 1_000_000: B1000000,
    ]

    /// Sets a rate in settings before they are applied; false for a rate without a constant.
    static func set(_ rate: Int, in settings: inout termios) -> Bool {
        guard let word = named[rate].map(speed_t.init) else { return false }
        return unsafe cfsetispeed(&settings, word) == 0 && cfsetospeed(&settings, word) == 0
    }

    /// Gives an open terminal a rate without a constant, which is specific to Linux, and reads the rate back.
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

    /// The rate of an open terminal in bits per second.
    static func current(of file: Int32) -> Int? {
        var settings = LinuxTermios()
        guard unsafe ioctl(file, LinuxTermios.get, &settings) == 0 else { return nil }
        return Int(settings.outputRate)
    }
}

/// The kernel's `struct termios2`, which the C library does not export, as on x86-64, ARM and RISC-V
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
