import MicroscopeServer

/// A user's own lamp driver.
final class OwnLamp: LightSource, OnlyTriggersBulbOnSoftware {
    var isEnabled = false
    var setPoint = 0.0
    private var label = ""

    var settings: [Setting] {
        [Setting("label", in: 20, get: { self.label }, set: { self.label = $0 })]
    }

    var isOn: Bool { isEnabled }
    var measuredPower: Double { setPoint }
    var status: [String] { [] }
    func performSetPower(_: Double) {}
}

extension Driver where Configuration == NoOptions {
    static var ownLamp: Self { Driver("own-lamp", "the program's own lamp") { _, _ in OwnLamp() } }
}

/// A lamp that follows another lamp.
final class Follower: LightSource, OnlyTriggersBulbOnSoftware {
    private let other: PartLightSource
    var isEnabled = false
    var setPoint = 0.0

    init(_ other: PartLightSource) { self.other = other }

    func performEnable() throws { try other.enable() }
    func performDisable() throws { if isEnabled { try other.disable() } }
    var isOn: Bool { get throws { try other.isOn } }
    var measuredPower: Double { get throws { try other.power } }
    var status: [String] { [] }
    func performSetPower(_: Double) {}
}

func floatingCameras(_ uids: [String]) -> [DeviceDefinition] {
    uids.map { DeviceDefinition("Floating\($0.suffix(1))", .simulatedFloatingCamera, uid: $0, port: 0) }
}

/// A camera and a lamp that are enabled from the start.
func cameraAndLamp(_ context: DriverContext) throws -> (SimulatedCamera, OwnLamp) {
    let (camera, lamp) = (SimulatedCamera(.init(sensorShape: SensorShape(width: 64, height: 48))), OwnLamp())
    camera.setExposureTime(0.02)
    try camera.setSetting("gain", to: 7)
    try lamp.setSetting("label", to: "right")
    try camera.enable()
    try lamp.enable()
    context.log.info("opened by a function")
    return (camera, lamp)
}
