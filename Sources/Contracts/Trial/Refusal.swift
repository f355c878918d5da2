internal import Devices

/// Errors that clients see as one exception of Python's.
struct Refusal {
    let name: String
    let matches: (any Error) -> Bool

    static var value: Refusal {
        Refusal(name: "ValueError") { error in
            switch error {
            case RemoteError.value, SettingError.outOfRange: true
            default: false
            }
        }
    }

    static var type: Refusal {
        Refusal(name: "TypeError") { error in
            switch error {
            case RemoteError.type, SettingError.wrongType: true
            default: false
            }
        }
    }

    static var key: Refusal {
        Refusal(name: "KeyError") { error in
            switch error {
            case RemoteError.key, RemoteError.noKey, SettingError.unknown: true
            default: false
            }
        }
    }

    static var index: Refusal {
        Refusal(name: "IndexError") { if case RemoteError.index = $0 { true } else { false } }
    }

    static var notImplemented: Refusal {
        Refusal(name: "NotImplementedError") { error in
            switch error {
            case RemoteError.notImplemented, SettingError.readOnly: true
            default: false
            }
        }
    }

    static func device(_ kind: DeviceError.Kind) -> Refusal {
        Refusal(name: "DeviceError of kind \(kind)") { ($0 as? DeviceError)?.kind == kind }
    }
}
