internal import Glibc
internal import Threads

/// A serial port with a simulated device behind it: a pseudo-terminal, so that its driver runs as it does with a real
/// one, and the programs of others can be tried on it.
public final class SimulatedPort<Instrument: SimulatedInstrument>: Sendable {
    private let world: Monitor<SimulatedWorld<Instrument>>
    private let wake: WakeUp
    private let link: String?

    /// Plugs a device in.
    ///
    /// - Parameter link: the path of a link that leads to the port for as long as it is plugged in, as
    ///   `/dev/serial/by-id` has them; the terminal itself has another name after each plugging in.
    public init(_ instrument: Instrument, link: String? = nil) throws {
        let (world, wake) = (Monitor(SimulatedWorld(instrument)), try WakeUp())
        (self.world, self.wake, self.link) = (world, wake, link)
        try plugIn()
        try BlockingThread.start("simulated port") { SimulatedPort.run(world, wake) }
    }

    deinit {
        world.update { $0.isOver = true }
        wake.wake()
        if let link { unsafe unlink(link) }
    }

    /// The port's path: the link's, or else the terminal's.
    public var path: String { link ?? world.withLock { $0.terminal?.path ?? "" } }

    /// The device as it is now.
    public var instrument: Instrument { world.withLock { $0.instrument } }

    /// Does something to the device: turns its key, opens its interlock.
    public func update<Result>(_ body: (inout Instrument) -> Result) -> Result { world.update { body(&$0.instrument) } }

    /// Spoils what is on the wire from now on.
    public func spoil(_ body: (inout SimulatedFaults) -> Void) { world.update { body(&$0.faults) } }

    /// Has the device say something unasked.
    public func say(_ text: String) {
        world.update { $0.send([SimulatedOutput(text)], at: .now) }
        wake.wake()
    }

    /// Waits for the device to be in a state; false if it is not in time.
    public func wait(within limit: Duration, until claim: (Instrument) -> Bool) -> Bool {
        world.wait(within: limit) { claim($0.instrument) ? true : nil } ?? false
    }

    /// Every byte that the host has sent, as text.
    public var transcript: String { world.withLock { Latin1.text($0.heard) } }

    /// Waits until the host has sent a text; false if it has not in time.
    public func hears(_ text: String, within limit: Duration) -> Bool {
        world.wait(within: limit) { Latin1.text($0.heard).contains(text) ? true : nil } ?? false
    }

    public func forgetTranscript() { world.update { $0.heard = [] } }

    // MARK: The plug

    /// Pulls the adapter out; the device goes on as it was.
    public func unplug() {
        world.update { $0.isUnplugging = true }
        wake.wake()
        _ = world.wait { $0.terminal == nil ? true : nil }
        if let link { unsafe unlink(link) }
    }

    /// Puts the adapter in again.
    public func plugIn() throws {
        let terminal = try PseudoTerminal()
        world.update { world in
            world.isUnplugging = false
            world.terminal = terminal
            world.queue = []
            world.send(world.instrument.powerUp(at: .now), at: .now)
        }
        wake.wake()
        guard let link else { return }
        unsafe unlink(link)
        guard unsafe symlink(terminal.path, link) == 0 else {
            throw SerialError.cannotOpen("\(link): \(reason(errno))")
        }
    }

    // MARK: Its thread

    private static func run(_ world: Monitor<SimulatedWorld<Instrument>>, _ wake: WakeUp) {
        while true {
            let (terminal, due, isOver) = world.update { world in
                if world.isUnplugging || world.isOver {
                    // Only this thread reads, so nobody is reading now.
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
