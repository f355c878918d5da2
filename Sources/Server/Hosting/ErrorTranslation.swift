internal import Devices
internal import Pickle
internal import Pyro

/// The table of Python exceptions for the errors of devices and calls.
enum ErrorTranslation {
    static func exception(for error: any Error) -> PythonException {
        switch error {
        case let error as PythonException: error
        case let error as RemoteError: exception(for: error)
        case let error as SettingError: exception(for: error)
        case let error as DeviceError: PythonException(microscope(error.kind), [.str(error.description)])
        default: PythonException(PythonClass("microscope", "DeviceError"), [.str("\(error)")])
        }
    }

    /// The message, without the class of the exception.
    static func text(of error: any Error) -> String {
        switch error {
        case let error as DeviceError: error.description
        case is PythonException, is RemoteError, is SettingError: exception(for: error).text
        default: "\(error)"
        }
    }

    private static func microscope(_ kind: DeviceError.Kind) -> PythonClass {
        let name =
            switch kind {
            case .failed: "DeviceError"
            case .incompatibleState: "IncompatibleStateError"
            case .disabled: "DisabledDeviceError"
            case .initialise: "InitialiseError"
            case .unsupported: "UnsupportedFeatureError"
            case .library: "LibraryLoadError"
            }
        return PythonClass("microscope", name)
    }

    private static func exception(for error: RemoteError) -> PythonException {
        switch error {
        case .attribute(let text): PythonException("AttributeError", text)
        case .type(let text): PythonException("TypeError", text)
        case .value(let text): PythonException("ValueError", text)
        case .key(let key): PythonException("KeyError", key)
        case .noKey(let value): PythonException(PythonClass("builtins", "KeyError"), [value])
        case .index(let text): PythonException("IndexError", text)
        case .notImplemented(let text): PythonException("NotImplementedError", text)
        }
    }

    private static func exception(for error: SettingError) -> PythonException {
        switch error {
        case .unknown(let name): PythonException("KeyError", name)
        case .readOnly(let name): PythonException("NotImplementedError", "setting '\(name)' is read-only")
        case .outOfRange(let name, let value, let allowed):
            PythonException("ValueError", "setting '\(name)' cannot be \(value.shown), allowed are \(allowed.shown)")
        case .wrongType(let name, let expected, let got):
            PythonException("TypeError", "setting '\(name)' is \(expected), not \(got)")
        case .missing(let names):
            PythonException(
                "Exception",
                "update_settings init=True but missing keys: \(names.joined(separator: ", "))."
            )
        }
    }
}
