public import Pickle

/// The rule by which a row's calls are made again on a device that was opened anew, after a crash or a loss of power.
///
/// It stands on the row, so that drivers decide for their own rows as kinds do for theirs. Calls that move something,
/// trigger it or switch light on are never made again.
public struct Restoration {
    let notes: (DecodedCall, _ result: PythonValue) -> [RestoreNote]

    /// Nothing is made again: the call reads, moves, triggers or switches light on.
    public static var never: Restoration { .notes { _, _ in [] } }

    /// The last call is made again.
    public static var last: Restoration { .notes { call, _ in [.restore(RestoredCall(call))] } }

    /// The last call for each value of an argument is made again: for each setting, for each line.
    ///
    /// - Parameter argument: the argument's place.
    public static func last(per argument: Int) -> Restoration {
        .notes { call, _ in
            let key = call.arguments.indices.contains(argument) ? call.arguments[argument] : nil
            return [.restore(RestoredCall(call, key: key))]
        }
    }

    /// Notes of the row's own making.
    public static func notes(_ notes: @escaping (DecodedCall, _ result: PythonValue) -> [RestoreNote]) -> Restoration {
        Restoration(notes: notes)
    }

    /// The call enables the device.
    ///
    /// - Parameter isRestored: whether the device is enabled again; false for everything that may move or shine then.
    static func enabling(isRestored: Bool) -> Restoration {
        .notes { call, _ in [.enabled(by: isRestored ? RestoredCall(call) : nil)] }
    }

    /// The call disables the device, which then stays disabled even if its configuration enables it.
    static var disabling: Restoration { .notes { _, _ in [.disabled] } }
}

/// A change to what is restored on a device.
public enum RestoreNote: Sendable, Equatable {
    /// The call is made again, in place of an earlier one of the same kind.
    case restore(RestoredCall)
    /// An earlier call of this kind is not made again.
    case forget(RestoredCall)
    /// The device has been enabled, and is enabled again by this call; nil if it is not.
    case enabled(by: RestoredCall?)
    case disabled
}

/// A call that is made again on a device that was opened anew.
public struct RestoredCall: Sendable, Equatable {
    public let act: DecodedCall.Act
    /// The method that is called, or the property that is set.
    public let member: String
    public let arguments: [PythonValue]
    /// Distinguishes calls of one member that do not replace each other: the name of a setting, the number of a line.
    public let key: PythonValue?

    public init(_ act: DecodedCall.Act, _ member: String, _ arguments: [PythonValue], key: PythonValue? = nil) {
        (self.act, self.member, self.arguments, self.key) = (act, member, arguments, key)
    }

    /// The call as it was made.
    public init(_ call: DecodedCall, key: PythonValue? = nil) {
        self.init(call.act, call.member, call.arguments, key: key)
    }

    /// Whether the call takes the place of another one.
    public func replaces(_ other: RestoredCall) -> Bool {
        act == other.act && member == other.member && key == other.key
    }
}
