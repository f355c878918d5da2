import Devices
import Pickle
import Testing

@testable import AndorSDK3

/// The texts and the kinds of errors.
struct ErrorTests {
    @Test(arguments: [
        (FeatureValue.float(1e9), "1e9"), (.float(0.25), "0.25"), (.float(-3e6), "-3e6"), (.float(0), "0"),
        (.float(1_500_000_000), "1.5e9"), (.float(1_500_000), "1500000"), (.int(99999), "99999"), (.bool(true), "true"),
        (.choice(2, label: "Mono16"), "Mono16"), (.string("x"), "'x'"),
    ])
    func valuesReadAsPeopleWriteThem(value: FeatureValue, text: String) { #expect("\(value)" == text) }

    @Test func statusHasItsNameAndNumber() {
        #expect("\(AndorStatus(6))" == "AT_ERR_OUTOFRANGE (6)")
        #expect("\(AndorStatus(38))" == "AT_ERR_DEVICEINUSE (38)")
        #expect("\(AndorStatus(100))" == "AT_ERR_HARDWARE_OVERFLOW (100)")
        #expect("\(AndorStatus(77))" == "AT_ERR_unknown (77)")
    }

    @Test func errorSaysWhatWasAskedOfWhichCamera() throws {
        let camera = try World("camera zyla-4.2 VSC-01234").open()
        let error = #expect(throws: DeviceError.self) { try camera.camera.setFloat("ExposureTime", to: 1e9) }
        #expect(error?.description == "ExposureTime = 1e9 on VSC-01234: AT_ERR_OUTOFRANGE (6)")
        #expect(error?.kind == .failed)
    }

    @Test func whatTheCameraLacksIsUnsupported() throws {
        let camera = try World("camera zyla-4.2 VSC-01234").open()
        let error = #expect(throws: DeviceError.self) { try camera.camera.int("Brightness") }
        #expect(error?.description == "Brightness on VSC-01234: AT_ERR_NOTIMPLEMENTED (2)")
        #expect(error?.kind == .unsupported)
    }

    @Test func whatIsLockedIsAnIncompatibleState() throws {
        let camera = try World("camera zyla-4.2 VSC-01234").open()
        try camera.ready()
        let error = #expect(throws: DeviceError.self) { try camera.camera.setInt("AOIWidth", to: 7) }
        #expect(error?.description == "AOIWidth = 7 on VSC-01234: AT_ERR_NOTWRITABLE (5)")
        #expect(error?.kind == .incompatibleState)
    }

    @Test func triggerWhileDisabledIsRefused() throws {
        let camera = try World("camera zyla-4.2 VSC-01234").open()
        let error = #expect(throws: DeviceError.self) { try camera.trigger() }
        #expect(error?.kind == .disabled)
    }
}
