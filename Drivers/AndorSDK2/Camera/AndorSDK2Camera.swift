public import Devices
internal import Pickle
internal import Platform
public import SDKCameras

/// An Andor camera of SDK 2: iXon, Luca, Clara, iKon, Newton and others.
public final class AndorSDK2Camera: AcquiringCamera, FloatingDevice {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    /// The serial number, which identifies the camera wherever it is plugged in.
    public let serialNumber: String
    public var uid: String { serialNumber }
    let camera: Andor2Camera
    let acquisition: Acquisition<Andor2Camera>

    init(
        _ camera: Andor2Camera,
        _ configuration: Configuration,
        options: AcquisitionOptions = AcquisitionOptions(),
        log: DeviceLog
    ) throws {
        self.camera = camera
        serialNumber = camera.serialNumber
        bufferLength = configuration.bufferLength?.value
        var options = options
        if let count = configuration.bufferCount?.value {
            guard Self.bufferCounts.contains(count) else {
                throw DeviceError(.initialise, "num_buffers must be from 2 to 1000, not \(count)")
            }
            options.bufferCount = count
        }
        acquisition = Acquisition(camera, options, log: log)
        transforms.readout = configuration.readoutTransform ?? .identity
        try configure(configuration)
        try acquisition.beginWatch()
    }

    private func configure(_ configuration: Configuration) throws {
        camera.cooling.withLock { cooling in
            cooling.isOn = configuration.cooling ?? true
            cooling.setPoint = configuration.temperature
            cooling.isKept = configuration.coolerMode == .keep
            cooling.fan = camera.capabilities.hasFan ? .full : nil
        }
        if let wanted = configuration.temperature, camera.capabilities.hasTemperature {
            let limits = try camera.temperatureRange
            guard limits.contains(wanted) else {
                throw DeviceError(
                    .initialise,
                    "temperature of \(serialNumber) must be from \(limits.lowerBound) to \(limits.upperBound), not \(wanted)"
                )
            }
        }
        try camera.apply(camera.cooling.withLock { $0 }, over: nil)
        let software = Exposing(.software, .once, modes: camera.triggerModes, hasInverted: false)
        try camera.replan { [camera] plan in
            plan.exposing = software ?? plan.exposing
            plan.hasMetadata = (configuration.metadata ?? true) && camera.capabilities.hasMetadata
            plan.isEMAdvanced = configuration.emAdvanced ?? false
            // The real gain where there is one, since the other scales depend on the age of the sensor.
            plan.emMode = camera.capabilities.emGainModes.last
        }
    }

    /// The name of the class in python-microscope.
    public var typeName: String { "AndorAtmcd" }

    public var control: any AcquisitionControl { acquisition }
    public static var bufferCounts: ClosedRange<Int> { 2...1000 }

    var plan: Plan { camera.plan.withLock { $0 } }

    func call<Result>(_ body: (Andor2Camera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    /// Changes what the camera is set up with, in a pause.
    func replan(_ change: (inout Plan) -> Void) throws { try acquisition.whilePaused { try camera.replan(change) } }

    public var sensorShape: SensorShape { camera.sensor }
    public var exposureTime: Double { camera.timings.withLock { $0.exposure } }

    public func setExposureTime(_ seconds: Double) throws {
        guard seconds.isFinite else { throw RemoteError.value("the exposure time must be a number, not \(seconds)") }
        try replan { $0.exposure = min(max(seconds, 0), Self.longestExposure) }
    }

    /// More than four hours, and less than the library refuses.
    static let longestExposure = 16_000.0

    /// The time from one image to the next, which is also the shortest time between two triggers.
    public var cycleTime: Double { camera.timings.withLock { $0.period } }
}

extension AndorSDK2Camera {
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] { cameraMembers }

    public var sensorBinning: Binning { plan.binning }

    public func setSensorBinning(_ binning: Binning) throws {
        let sensor = camera.sensor
        guard (1...sensor.width).contains(binning.h), (1...sensor.height).contains(binning.v) else {
            throw DeviceError(.unsupported, "\(serialNumber) has no binning \(binning.h)x\(binning.v)")
        }
        try replan { [least = camera.leastLength] plan in
            plan.binning = binning
            plan.roi = Plan.possible(plan.roi, binning, on: sensor, least: least)
        }
    }

    public var sensorROI: ROI { plan.roi }

    /// Sets an area, or the smallest one around it whose lengths are multiples of the binning.
    public func setSensorROI(_ roi: ROI) throws -> Bool {
        let possible = Plan.possible(roi, plan.binning, on: camera.sensor, least: camera.leastLength)
        try replan { $0.roi = possible }
        return possible == roi
    }

    public var triggerType: TriggerType { plan.exposing.type }
    public var triggerMode: TriggerMode { plan.exposing.trigger }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        let hasInverted = camera.capabilities.hasInvertedTriggers
        guard let exposing = Exposing(type, mode, modes: camera.triggerModes, hasInverted: hasInverted) else {
            throw DeviceError(.unsupported, "\(serialNumber) has no trigger of type \(type) and mode \(mode)")
        }
        guard plan.exposing != exposing else { return }
        try replan { $0.exposing = exposing }
    }
}
