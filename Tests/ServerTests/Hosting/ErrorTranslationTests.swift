import Devices
import Pickle
import Testing

@testable import Server

@Suite struct ErrorTranslationTests {
    @Test(arguments: [
        (DeviceError.Kind.failed, "DeviceError"),
        (.incompatibleState, "IncompatibleStateError"),
        (.disabled, "DisabledDeviceError"),
        (.initialise, "InitialiseError"),
        (.unsupported, "UnsupportedFeatureError"),
        (.library, "LibraryLoadError"),
    ])
    func errorsOfDevicesAreMicroscopes(kind: DeviceError.Kind, name: String) {
        let exception = ErrorTranslation.exception(for: DeviceError(kind, "text"))
        #expect(exception.type == PythonClass("microscope", name))
        #expect(exception.arguments == ["text"])
    }

    @Test(arguments: [
        (RemoteError.attribute("x"), "AttributeError"),
        (.type("x"), "TypeError"),
        (.value("x"), "ValueError"),
        (.key("x"), "KeyError"),
        (.noKey("x"), "KeyError"),
        (.index("x"), "IndexError"),
        (.notImplemented("x"), "NotImplementedError"),
    ])
    func errorsOfCallsArePythons(error: RemoteError, name: String) {
        let exception = ErrorTranslation.exception(for: error)
        #expect(exception.type == PythonClass("builtins", name))
        #expect(exception.arguments == ["x"])
    }

    @Test(arguments: [
        (SettingError.unknown("gain"), "KeyError", "gain"),
        (.readOnly("gain"), "NotImplementedError", "setting 'gain' is read-only"),
        (
            .outOfRange("gain", 9, allowed: .tuple([0, 5])), "ValueError",
            "setting 'gain' cannot be 9, allowed are (0, 5)"
        ),
        (.wrongType("gain", expected: "int", got: "str"), "TypeError", "setting 'gain' is int, not str"),
        (.missing(["a", "b"]), "Exception", "update_settings init=True but missing keys: a, b."),
    ])
    func errorsOfSettingsSayWhatIsAllowed(error: SettingError, name: String, text: String) {
        let exception = ErrorTranslation.exception(for: error)
        #expect(exception.type == PythonClass("builtins", name))
        #expect(exception.arguments == [.str(text)])
    }

    @Test func theCauseIsToldWithTheError() {
        let error = DeviceError(.failed, "AOIWidth = 9 on VSC-1", cause: DeviceError(.failed, "AT_ERR_OUTOFRANGE (6)"))
        #expect(ErrorTranslation.exception(for: error).arguments == ["AOIWidth = 9 on VSC-1: AT_ERR_OUTOFRANGE (6)"])
    }
}
