public import Devices
internal import Pickle
internal import Platform
public import SDKCameras

/// A camera of Teledyne Photometrics or QImaging: Prime, Kinetix, Iris, Evolve, CoolSNAP, Retiga and others of PVCAM 3.
public final class TeledyneCamera: AcquiringCamera, FloatingDevice {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    /// The serial number, which identifies the camera wherever it is plugged in.
    public let serialNumber: String
    public var uid: String { serialNumber }
    let camera: PVCAMCamera
    let acquisition: Acquisition<PVCAMCamera>
    let speedTable: SpeedTable
    let settingTable: SettingTable

    init(
        _ camera: PVCAMCamera,
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
                throw DeviceError(.initialise, "num_buffers must be from 3 to 1000, not \(count)")
            }
            options.bufferCount = count
        }
        acquisition = Acquisition(camera, options, log: log)
        transforms.readout = configuration.readoutTransform ?? .identity
        try camera.prepare()
        speedTable = try SpeedTable(camera)
        settingTable = try SettingTable(camera)
        camera.settingIDs.withLock { [ids = settingTable.ids] in $0 = ids }
        try configure(configuration)
        try acquisition.beginWatch()
    }

    /// Writes what the configuration states; the library wants port, speed and gain in this order.
    private func configure(_ configuration: Configuration) throws {
        if let port = configuration.port { try camera.setChoice(.readoutPort, to: port) }
        if let speed = configuration.speed { try camera.setInt(.speedIndex, to: speed) }
        if let gain = configuration.gain { try camera.setInt(.gainIndex, to: gain) }
        if let temperature = configuration.temperature {
            let hundredths = (min(max(temperature, -300), 300) * 100).rounded()
            try camera.setInt(.temperatureSetpoint, to: Int(hundredths))
        }
        if try camera.has(.metadata), try camera.canWrite(.metadata) {
            try camera.setBool(.metadata, to: configuration.metadata ?? true)
        }
        try camera.replan { [modes = camera.exposureModes] plan in
            if let exposing = Exposing(.software, modes: modes) ?? modes.first.map({ Exposing($0) }) {
                plan.exposing = exposing
            }
        }
    }

    /// The name of the class in python-microscope.
    public var typeName: String { "PVCamera" }

    public var control: any AcquisitionControl { acquisition }

    public func performTrigger() throws {
        guard camera.plan.withLock({ $0.exposing.mode }) == .softwareFirst else { return try acquisition.trigger() }
        // The first trigger starts the series, and the others do nothing.
        try call { try $0.sendTrigger() }
    }

    func call<Result>(_ body: (PVCAMCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    /// Changes what the camera is set up with, in a pause.
    func replan(_ change: (inout Plan) -> Void) throws { try acquisition.whilePaused { try camera.replan(change) } }

    public static var bufferCounts: ClosedRange<Int> { 3...1000 }

    public var sensorShape: SensorShape { camera.sensor }
    public var exposureTime: Double { camera.plan.withLock { $0.setup?.exposure ?? $0.exposure } }
    public func setExposureTime(_ seconds: Double) throws { try replan { $0.exposure = seconds } }

    public var cycleTime: Double {
        get throws {
            try call { camera in
                if !camera.isAcquiring { try camera.setUp() }
                let (exposure, readout) = (exposureTime, camera.readoutTime)
                let delays = camera.time(.preTriggerDelay, unit: 1e-9) + camera.time(.postTriggerDelay, unit: 1e-9)
                // A CMOS sensor that runs by itself reads during the next exposure, others between exposures.
                guard try !camera.isLegacy && camera.triggering == .freeRunning else {
                    return exposure + readout + delays + camera.clearingTime
                }
                return max(exposure, readout) + delays
            }
        }
    }
}

extension TeledyneCamera {
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] { cameraMembers }

    public var sensorBinning: Binning { camera.plan.withLock(\.binning) }
    public func setSensorBinning(_ binning: Binning) throws {
        try replan { $0.binning = binning }
    }

    public var sensorROI: ROI { camera.plan.withLock(\.roi) }

    /// Sets an area, or the smallest one around it whose edges the camera can have.
    public func setSensorROI(_ roi: ROI) throws -> Bool {
        try acquisition.whilePaused {
            var refusal: DeviceError?
            for step in [1, 2, 4, 8, 16, 32, 64] {
                let possible = Self.area(around: roi, step: step, on: camera.sensor)
                do throws(DeviceError) {
                    try camera.replan { $0.roi = possible }
                    return possible == roi
                } catch {
                    guard (error.cause as? PVCAMStatus) == .invalidRegion else { throw error }
                    refusal = refusal ?? error
                }
            }
            throw refusal ?? DeviceError(.unsupported, "the area is not possible on \(serialNumber)")
        }
    }

    /// The smallest area around another one whose edges are multiples of a step.
    private static func area(around roi: ROI, step: Int, on sensor: SensorShape) -> ROI {
        let (left, top) = (roi.left / step * step, roi.top / step * step)
        let right = min((roi.left + roi.width + step - 1) / step * step, sensor.width)
        let bottom = min((roi.top + roi.height + step - 1) / step * step, sensor.height)
        return ROI(left: left, top: top, width: right - left, height: bottom - top)
    }

    public var triggerType: TriggerType { get throws { try trigger(camera.plan.withLock(\.exposing)).type } }
    public var triggerMode: TriggerMode { get throws { try trigger(camera.plan.withLock(\.exposing)).mode } }

    private func trigger(_ exposing: Exposing) throws -> Trigger {
        guard let trigger = exposing.trigger else {
            throw DeviceError(.unsupported, "the trigger of \(serialNumber) has no trigger type and mode")
        }
        return trigger
    }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard let exposing = Exposing(Trigger(type, mode), modes: camera.exposureModes) else {
            throw DeviceError(.unsupported, "\(serialNumber) has no trigger of type \(type) and mode \(mode)")
        }
        try acquisition.call {
            guard camera.plan.withLock(\.exposing) != exposing else { return }
            try replan { $0.exposing = exposing }
        }
    }
}
