public import Platform
public import Transports

/// The faults that a simulated camera shows.
public struct GigEFaults: Sendable, Equatable {
    /// How many of a thousand image packets do not arrive.
    public var lostPerMille = 0
    /// Whether packets that are asked for again are not sent.
    public var refusesResend = false
    /// Whether nothing is answered and no image is sent, as with a cable pulled out.
    public var isSilent = false
    /// The time that each answer takes longer.
    public var delay = Duration.zero

    public init() {}
}

/// A GigE Vision camera that this process simulates, at an address of its own.
///
/// Programs reach it by UDP, as they reach a real one. It keeps its settings for as long as it exists.
public final class SimulatedGigECamera: Sendable {
    public let model: CameraModel
    public let serial: String
    let state: Lock<State>

    struct State: Sendable {
        var memory: CameraMemory
        var faults = GigEFaults()
        var socket: DatagramSocket?
        /// The sockets that hear questions to all cameras.
        var ears: [DatagramSocket] = []
        var isDiscoverable = false
        var controller: DatagramEndpoint?
        var lastHeard = ContinuousClock.now
        /// Software and line triggers whose images have not been begun.
        var triggers = 0
        /// The number of the next image, and the images since the acquisition began.
        var frameID: UInt16 = 65_400
        var frameCount = 0
        var sent: [UInt16: SentFrame] = [:]
        var isClosed = false
        let began = ContinuousClock.now
        /// The bytes per second that the camera's line carries.
        var lineRate: Double
        var chance = Chance()
    }

    /// - Parameters:
    ///   - address: where it is; by default the first free one of the loopback network.
    ///   - lineRate: bytes per second; a gigabit line by default.
    ///   - isDiscoverable: whether it answers questions to all cameras.
    public init(
        _ model: CameraModel,
        serial: String,
        userName: String = "",
        address: IPv4Address? = nil,
        lineRate: Double = 118_000_000,
        isDiscoverable: Bool = false
    ) throws(SystemError) {
        (self.model, self.serial) = (model, serial)
        let (place, socket) = try Self.place(address, serial)
        let memory = CameraMemory(model, serial: serial, userName: userName, address: place)
        state = Lock(State(memory: memory, socket: socket, isDiscoverable: isDiscoverable, lineRate: lineRate))
        state.withLock { $0.listen() }
        try BlockingThread.start("GigE control") { [state] in Self.answer(state) }
        try BlockingThread.start("GigE images") { [self] in sendImages() }
    }

    /// The first free address of the loopback network, which begins where the serial number says.
    private static func place(_ address: IPv4Address?, _ serial: String) throws(SystemError) -> (
        IPv4Address, DatagramSocket
    ) {
        if let address { return (address, try DatagramSocket(address, port: GVCP.port)) }
        let start = serial.utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
        var reason = SystemError("no loopback address is free", code: 0)
        for step in UInt32(0)..<1000 {
            // 127.16.0.1 to 127.31.255.254: nothing else uses these.
            let address = IPv4Address(0x7f10_0001 + (start &+ step) % 0xf_fffd)
            do throws(SystemError) { return (address, try DatagramSocket(address, port: GVCP.port)) } catch {
                reason = error
            }
        }
        throw reason
    }

    /// Where the camera is.
    public var address: IPv4Address { IPv4Address(state.withLock { $0.memory[GVCP.Register.address] }) }
    public var mac: String {
        state.withLock { GigEDescription(registers: $0.memory.read(0, GVCP.descriptionLength))?.mac ?? "" }
    }

    /// Shows faults from now on.
    public var faults: GigEFaults {
        get { state.withLock(\.faults) }
        set { state.update { $0.faults = newValue } }
    }

    /// Forgets which program controls it, as after a heartbeat that did not arrive in time.
    public func dropControl() { state.update { $0.loseControl() } }

    /// Switches the camera off: nothing is at its address any longer.
    public func vanish() {
        state.update { state in
            state.loseControl()
            (state.socket, state.ears) = (nil, [])
        }
    }

    /// Switches it on again with the settings of its start, at the same address or another one.
    public func comeBack(at address: IPv4Address? = nil) throws(SystemError) {
        let place = address ?? self.address
        let socket = try DatagramSocket(place, port: GVCP.port)
        state.update { state in
            let name = state.memory.read(GVCP.Register.userName, 16).text(at: 0, length: 16)
            state.memory = CameraMemory(model, serial: serial, userName: name, address: place)
            state.socket = socket
            state.listen()
        }
    }

    /// A signal at a line, which starts an image if the camera waits for that line.
    public func signal(line: Int) {
        state.update { state in
            let source = state.memory[feature: CameraModel.Register.triggerSource]
            let wanted = line == 1 ? 0 : 2
            if state.isTriggered, source == wanted { state.triggers += 1 }
        }
    }

    /// The value of a register, as a program would read it.
    public func register(_ address: Int) -> Int { state.withLock { $0.memory[feature: address] } }

    /// Ends the simulation.
    public func close() {
        state.update { state in
            state.isClosed = true
            (state.socket, state.ears) = (nil, [])
        }
    }
}

extension SimulatedGigECamera.State {
    var isTriggered: Bool { memory[feature: CameraModel.Register.triggerMode] == 1 }
    var isAcquiring: Bool { memory[feature: CameraModel.Register.acquisition] == 1 }

    mutating func listen() {
        guard isDiscoverable else { return }
        ears = [IPv4Address(0x7fff_ffff), .broadcast].compactMap {
            try? DatagramSocket($0, port: GVCP.port, isShared: true)
        }
    }

    mutating func loseControl() {
        controller = nil
        memory[GVCP.Register.privilege] = 0
        memory[GVCP.Register.streamPort] = 0
        memory[UInt32(CameraModel.Register.acquisition)] = 0
        triggers = 0
    }
}

/// Numbers that look random and are the same in each run.
struct Chance: Sendable {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    mutating func perMille() -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % 1000
    }
}
