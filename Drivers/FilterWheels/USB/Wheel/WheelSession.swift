internal import Devices
internal import Transports

/// The talk with one wheel, in the language of its make, from plugging in to unplugging.
protocol WheelSession: AnyObject, SendableMetatype {
    static var make: WheelMake { get }

    /// Asks the wheel who it is.
    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws

    /// What the wheel tells as its serial number; nil for those that have none.
    var serial: String? { get }
    /// Nil while it is not known yet.
    var positionCount: Int? { get }
    func state() throws -> WheelState
    /// Begins a move to a position that the wheel has.
    func startMove(to position: Int) throws
    /// Leaves the wheel as it should be when nobody uses it.
    func end() throws

    /// What this make has beside its positions.
    static func settings(of wheel: USBFilterWheel<Self>) -> [Setting]
    static func members(of wheel: USBFilterWheel<Self>) -> [any RemoteMember]
}

extension WheelSession {
    func end() throws {}
    static func settings(of wheel: USBFilterWheel<Self>) -> [Setting] { [] }
    static func members(of wheel: USBFilterWheel<Self>) -> [any RemoteMember] { [] }
}
