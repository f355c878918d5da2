internal import Devices
internal import Glibc
internal import Platform

/// A serial port with a simulated device behind it.
///
/// It is a pseudo-terminal, so that the driver runs as with a real device, and other programs can be tried on it.
public final class SimulatedPort<Instrument: SimulatedInstrument>: Sendable {
    private let world: Lock<SimulatedWorld<Instrument>>
    private let wake: WakeUp
    private let link: String?

    /// Plugs a device in.
    ///
    /// - Parameters:
    ///   - link: the path of a link that leads to the port while it is plugged in, as in `/dev/serial/by-id`. The
    ///     terminal itself has another name each time.
    ///   - hardware: the name of the device, which is as an earlier process has left it; see ``KeptValue``.
    public init(_ instrument: Instrument, link: String? = nil, hardware: String = "") throws {
        let record = KeptValue(hardware, instrument)
        let (world, wake) = (Lock(SimulatedWorld(instrument, record)), try WakeUp())
        (self.world, self.wake, self.link) = (world, wake, link)
        try plugIn()
        try BlockingThread.start("simulated port") { SimulatedPort.run(world, wake) }
    }

    deinit {
        world.update { $0.isOver = true }
        wake.wake()
        removeLink()
    }

    var isPluggedIn: Bool { world.withLock { $0.terminal != nil } }

    /// The path of the link; without one, the path of the terminal.
    public var path: String { link ?? world.withLock { $0.terminal?.path ?? "" } }

    /// The present state of the device.
    public var instrument: Instrument { world.withLock { $0.instrument } }

    /// Changes the device: turns its key, opens its interlock.
    public func update<Result: Sendable>(_ body: (inout Instrument) -> Result) -> Result {
        world.update { world in
            defer { world.keep() }
            return body(&world.instrument)
        }
    }

    /// Changes the faults on the wire from now on.
    public func spoil(_ body: (inout SimulatedFaults) -> Void) { world.update { body(&$0.faults) } }

    /// Makes the device send a text unasked.
    public func say(_ text: String) {
        world.update { $0.send([SimulatedOutput(text)], at: .now) }
        wake.wake()
    }

    /// Waits for the device to be in a state; false if it is not within the limit.
    public func wait(within limit: Duration, until claim: (Instrument) -> Bool) -> Bool {
        world.wait(within: limit) { claim($0.instrument) ? true : nil } ?? false
    }

    /// Every byte that the host has sent, as text.
    public var transcript: String { world.withLock { Latin1.text($0.heard) } }

    /// Waits until the host has sent a text; false if it has not within the limit.
    public func hears(_ text: String, within limit: Duration) -> Bool {
        world.wait(within: limit) { Latin1.text($0.heard).contains(text) ? true : nil } ?? false
    }

    public func forgetTranscript() { world.update { $0.heard = [] } }

    // MARK: The plug

    /// Unplugs the adapter; the device itself keeps running.
    public func unplug() {
        world.update { $0.isUnplugging = true }
        wake.wake()
        _ = world.wait { $0.terminal == nil ? true : nil }
        removeLink()
    }

    /// Plugs the adapter in again.
    public func plugIn() throws {
        let terminal = try PseudoTerminal()
        world.update { world in
            world.isUnplugging = false
            world.terminal = terminal
            world.queue = []
            world.powerUp(at: .now)
        }
        wake.wake()
        guard let link else { return }
        removeLink()
        guard unsafe symlink(terminal.path, link) == 0 else {
            throw SerialError.cannotOpen("\(link): \(SystemError.text(errno))")
        }
    }

    /// Removes the link if it is one to a pseudo-terminal, as this port makes them, and nothing else.
    private func removeLink() {
        guard let link, FileSystem.target(ofLink: link)?.hasPrefix("/dev/pts/") == true else { return }
        unsafe unlink(link)
    }

    // MARK: Its thread

    private static func run(_ world: Lock<SimulatedWorld<Instrument>>, _ wake: WakeUp) {
        while true {
            let (terminal, due, isOver) = world.update { world in
                if world.isUnplugging || world.isOver {
                    // Only this thread reads, so the terminal is not being read now.
                    world.terminal?.close()
                    world.terminal = nil
                }
                return (world.terminal, world.queue.first?.due, world.isOver)
            }
            if isOver { return }
            wake.wait(orFor: terminal?.master, until: due)
            world.update { $0.exchange(at: .now) }
        }
    }
}

/// A simulated device, its terminal, and the bytes under way from it.
struct SimulatedWorld<Instrument: SimulatedInstrument> {
    var instrument: Instrument
    var faults = SimulatedFaults()
    var terminal: PseudoTerminal?
    var isUnplugging = false
    var isOver = false
    /// The device's output in the order in which it is due.
    var queue: [(due: ContinuousClock.Instant, bytes: [UInt8])] = []
    /// The bytes that the host has sent.
    var heard: [UInt8] = []
    private let record: KeptValue<Instrument>
    /// Whether the device has had its power since an earlier process.
    private var isOn: Bool

    init(_ instrument: Instrument, _ record: KeptValue<Instrument>) {
        self.instrument = record.found ?? instrument
        (self.record, isOn) = (record, record.found != nil)
    }

    /// Keeps the device as it is for the next process.
    func keep() { record.store(instrument) }

    /// Switches the device on, with the power of its port.
    mutating func powerUp(at now: ContinuousClock.Instant) {
        defer { isOn = false }
        guard !isOn else { return }
        send(instrument.powerUp(at: now), at: now)
        keep()
    }

    /// Reads the host's bytes and sends the output that is due.
    mutating func exchange(at now: ContinuousClock.Instant) {
        guard let terminal else { return }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(terminal.master, $0.baseAddress, $0.count) }
        if count > 0 {
            heard += bytes.prefix(count)
            guard faults.orders?.hears() ?? true else { return }
            let outputs = instrument.receive(Array(bytes.prefix(count)), at: now)
            keep()
            send(outputs, at: now)
        }
        while let first = queue.first, first.due <= now {
            queue.removeFirst()
            // A host that does not read until the terminal is full loses bytes, as with a real port.
            _ = unsafe first.bytes.withUnsafeBytes { unsafe write(terminal.master, $0.baseAddress, $0.count) }
        }
    }

    mutating func send(_ outputs: [SimulatedOutput], at now: ContinuousClock.Instant) {
        for output in outputs {
            for piece in faults.pass(output) {
                let earliest = faults.keepsOrder ? queue.last?.due ?? now : now
                let due = max(now + piece.delay, earliest)
                let index = queue.firstIndex { $0.due > due } ?? queue.endIndex
                queue.insert((due, piece.bytes), at: index)
            }
        }
    }
}

/// A pair of connected terminals: each side reads what the other writes.
struct PseudoTerminal {
    /// The device's side.
    let master: Int32
    /// The host's side, kept open so that its settings survive while no host is there.
    private let slave: Int32
    let path: String

    init() throws(SerialError) {
        master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard master >= 0 else { throw .cannotOpen("/dev/ptmx: \(SystemError.text(errno))") }
        // Swift cannot call the C functions for this; these are the calls that they make (`asm-generic/ioctls.h`).
        let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        var lock: Int32 = 0
        var number: Int32 = 0
        guard unsafe ioctl(master, setLock, &lock) == 0, unsafe ioctl(master, getNumber, &number) == 0 else {
            let error = SerialError.cannotOpen("/dev/ptmx: \(SystemError.text(errno))")
            Glibc.close(master)
            throw error
        }
        path = "/dev/pts/\(number)"
        slave = unsafe open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard slave >= 0 else {
            let error = SerialError.cannotOpen("\(path): \(SystemError.text(errno))")
            Glibc.close(master)
            throw error
        }
        var settings = termios()
        guard unsafe tcgetattr(slave, &settings) == 0 else { return }
        unsafe cfmakeraw(&settings)
        unsafe tcsetattr(slave, TCSANOW, &settings)
    }

    /// Hangs up.
    ///
    /// No other thread may be reading.
    func close() {
        Glibc.close(slave)
        Glibc.close(master)
    }
}

/// A pipe that wakes a thread while it waits for a file.
final class WakeUp: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws(SerialError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .cannotOpen("a pipe: \(SystemError.text(errno))") }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    func wake() {
        var byte: UInt8 = 0
        // A full pipe wakes as well as one byte does.
        _ = unsafe write(writing, &byte, 1)
    }

    /// Waits for a call of ``wake()``, for bytes in the file, or for a time.
    func wait(orFor file: Int32?, until due: ContinuousClock.Instant?) {
        var limit: Int32 = -1
        if let due { limit = Int32(min(max(((due - .now) / .milliseconds(1)).rounded(.up), 0), 60_000)) }
        var questions = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
        if let file { questions.append(pollfd(fd: file, events: Int16(POLLIN), revents: 0)) }
        _ = unsafe poll(&questions, nfds_t(questions.count), limit)
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = unsafe bytes.withUnsafeMutableBytes { unsafe read(reading, $0.baseAddress, $0.count) }
    }
}
