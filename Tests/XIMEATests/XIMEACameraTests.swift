import Contracts
import Devices
import Pickle
import Platform
import SDKCameras
import Testing

@testable import XIMEA

/// Cameras of each model: images, area, binning, triggers, settings.
struct XIMEACameraTests {
    static let models = ["mq013mg", "mc050mg", "mj042mr"]
    private static let shapes = [
        "mq013mg": SensorShape(width: 1280, height: 1024), "mc050mg": SensorShape(width: 2464, height: 2056),
        "mj042mr": SensorShape(width: 2048, height: 2048),
    ]

    private func open(_ model: String, _ more: String = "") throws -> XIMEACamera {
        try World("camera \(model) 1234\n\(more)").open()
    }

    @Test(arguments: models) func imageIsThatOfTheArea(model: String) throws {
        let camera = try open(model)
        #expect(try camera.shape == Self.shapes[model])
        try camera.ready()
        for number in 0..<20 {
            let image = try camera.triggeredImage()
            #expect(image.array.shape == [48, 64])
            #expect(image.dtype == .uint16)
            #expect((image[0, 0], image[1, 0]) == (number, 1234))
            #expect(image[5, 6] == light(64 + 5, 32 + 6))
        }
        #expect(camera.acquisition.counts == AcquisitionCounts())
        try camera.shutdown()
    }

    /// Bytes behind each row, which only the images themselves state.
    @Test func paddingOfRowsIsRemoved() throws {
        let camera = try open("mq013mg", "padding 24")
        try camera.ready()
        let image = try camera.triggeredImage()
        for y in 1..<48 { for x in 0..<64 { #expect(image[x, y] == light(64 + x, 32 + y)) } }
    }

    @Test func areaHasTheCamerasSteps() throws {
        let camera = try open("mc050mg")
        // The smallest area of whole steps around what was asked for: 32 columns from a multiple of 16, 2 rows.
        #expect(try !camera.setROI(ROI(left: 17, top: 3, width: 30, height: 1)))
        #expect(try camera.roi == ROI(left: 16, top: 2, width: 32, height: 2))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 2464, height: 2056)))
        // At the edge the area begins further to the left.
        #expect(try !camera.setROI(ROI(left: 2454, top: 2050, width: 10, height: 6)))
        #expect(try camera.roi == ROI(left: 2432, top: 2050, width: 32, height: 6))
        try camera.ready()
        #expect(try camera.setROI(ROI(left: 2400, top: 2000, width: 64, height: 56)))
        #expect(try camera.triggeredImage()[7, 9] == light(2407, 2009))
    }

    @Test(arguments: [("mq013mg", 2), ("mc050mg", 4)]) func binningKeepsTheArea(model: String, side: Int) throws {
        let camera = try open(model)
        try camera.ready()
        #expect(try camera.setROI(ROI(left: 128, top: 32, width: 128, height: 64)))
        try camera.setSensorBinning(Binning(h: side, v: side))
        #expect(try camera.binning == Binning(h: side, v: side))
        #expect(try camera.roi == ROI(left: 128, top: 32, width: 128, height: 64))
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [64 / side, 128 / side])
        #expect(image[5, 6] == light(128 + 5 * side, 32 + 6 * side))
        let error = #expect(throws: DeviceError.self) { try camera.setSensorBinning(Binning(h: 7, v: 7)) }
        #expect(error?.message == "1234 has no binning 7x7")
        #expect(try camera.binning == Binning(h: side, v: side))
        #expect(try camera.roi == ROI(left: 128, top: 32, width: 128, height: 64))
    }

    @Test(arguments: [(0, DType.uint8, 4), (5, .uint8, 4), (1, .uint16, 0), (6, .uint16, 0)])
    func formatsHaveTheirNumbers(value: Int, dtype: DType, shift: Int) throws {
        let camera = try open("mj042mr")
        try camera.ready()
        try Client(camera).choose("imgdataformat", "imgdataformat \(value)")
        let image = try camera.triggeredImage()
        #expect(image.dtype == dtype)
        for y in 1..<4 { for x in 0..<9 { #expect(image[x, y] == light(64 + x, 32 + y) >> shift) } }
    }

    @Test func formatComesFromTheConfiguration() throws {
        let camera = try World().open(nil, .init(format: .raw8))
        try camera.ready()
        #expect(try camera.triggeredImage().dtype == .uint8)
    }

    @Test func exposureTimeIsTheNearestThatTheCameraHas() throws {
        let camera = try open("mq013mg")
        try camera.expose(for: 0)
        #expect(try abs(camera.exposureTime - 10e-6) < 1e-9)
        try camera.expose(for: 1e6)
        #expect(try camera.exposureTime == 1)
        try camera.ready()
        // Not cut to whole milliseconds, and set without a pause.
        try camera.expose(for: 0.0123456)
        #expect(abs(try camera.exposureTime - 0.012346) < 1e-6)
        _ = try camera.triggeredImage()
        #expect(try camera.cycleTime > camera.exposureTime)
    }

    @Test(arguments: [
        (TriggerType.software, TriggerMode.once), (.software, .strobe), (.risingEdge, .once), (.fallingEdge, .once),
        (.risingEdge, .bulb), (.fallingEdge, .bulb), (.risingEdge, .start), (.fallingEdge, .start),
    ])
    func triggersAreKept(type: TriggerType, mode: TriggerMode) throws {
        let camera = try open("mc050mg")
        try camera.ready()
        try camera.setTrigger(type, mode)
        #expect(try (camera.triggerType, camera.triggerMode) == (type, mode))
    }

    @Test func triggersThatTheCameraDoesNotHaveAreRefused() throws {
        let camera = try open("mj042mr")
        for (type, mode) in [
            (TriggerType.software, TriggerMode.bulb), (.pulse, .once), (.risingEdge, .bulb), (.risingEdge, .start),
        ] {
            let error = #expect(throws: DeviceError.self) { try camera.setTrigger(type, mode) }
            #expect(error?.message == "1234 has no trigger of type \(type) and mode \(mode)")
        }
        #expect(try camera.triggerType == .software)
    }

    /// A signal at an input that is not set to trigger would be ignored.
    @Test func cameraRunsByItselfAndOnPulses() throws {
        let camera = try open("mc050mg", "external-rate 100")
        try camera.ready()
        for (type, mode) in [(TriggerType.software, TriggerMode.strobe), (.risingEdge, .once)] {
            try camera.setTrigger(type, mode)
            for _ in 0..<5 { _ = try camera.image() }
        }
    }

    @Test func triggersOfManyClientsAreQueued() throws {
        let camera = try open("mq013mg")
        try camera.ready()
        for _ in 0..<10 { try camera.trigger() }
        for number in 0..<10 { #expect(try camera.image()[0, 0] == number) }
    }

    @Test func timesOfImagesFollowTheCamerasClock() throws {
        let camera = try open("mq013mg")
        try camera.ready()
        try camera.setTrigger(.software, .strobe)
        let begin = Timestamp.now
        let times = try (0..<10).map { _ in try camera.datum().time }
        #expect(times == times.sorted())
        #expect(times.allSatisfy { $0 > begin - 30 && $0 <= Timestamp.now })
    }

    /// The camera's clock has an origin of its own, and the shortest delay is nearest to the truth.
    @Test func clockIsRelatedByTheShortestDelay() {
        var clock = CameraClock()
        #expect(clock.time(ofImageAt: 5, arrivedAt: 1005.5) == 1005.5)
        #expect(clock.time(ofImageAt: 6, arrivedAt: 1006.1) == 1006.1)
        #expect(clock.time(ofImageAt: 7, arrivedAt: 1009) == 1007.1)
        // Another program has set the clock to zero.
        #expect(clock.time(ofImageAt: 1, arrivedAt: 1100) == 1100)
    }

    @Test func parametersAreSettingsWithTheVendorsNames() throws {
        let camera = try open("mj042mr")
        let client = Client(camera)
        try client.change("target_temp", to: -10)
        #expect(try client.setting("chip_temp") == -10.0)
        try client.choose("cooling", "cooling 0")
        #expect(try client.setting("iscooled") == false)
        let names = camera.settings.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("trigger source") && names.contains("missed_frames") && !names.contains("gain_selector"))
        // A parameter that the camera locks while it acquires is written in a pause.
        try camera.ready()
        try client.choose("sensor_bit_depth", "sensor_bit_depth 12")
        _ = try camera.triggeredImage()
        for name in names { _ = try client.setting(name) }
        #expect(throws: SettingError.self) { try client.change("target_temp", to: 900) }
    }

    @Test(arguments: [true, false]) func coolerIsSwitchedAsConfigured(isOn: Bool) throws {
        let camera = try World("camera mj042mr 7").open(nil, .init(cooling: isOn))
        #expect(try camera.camera.int("cooling") == (isOn ? 1 : 0))
    }

    @Test func bandwidthOfTheConfigurationIsTheLimit() throws {
        let camera = try World().open(nil, .init(bandwidth: Count(1000)))
        #expect(try camera.camera.int("limit_bandwidth") == 1000)
        #expect(try camera.camera.int("auto_bandwidth_calculation") == 0)
    }
}

extension Client {
    /// Selects a choice by its label.
    func choose(_ setting: String, _ label: String) throws {
        guard
            case .dict(let description) = try call("describe_setting", .str(setting)),
            case .list(let choices)? = description["values"]
        else { throw DeviceError(.failed, "\(setting) has no choices") }
        for case .tuple(let pair) in choices where pair[1] == .str(label) { return try change(setting, to: pair[0]) }
        throw DeviceError(.failed, "\(setting) has no choice \(label)")
    }
}

/// The contracts of every camera, on each model.
struct XIMEAContractTests {
    static let makers = XIMEACameraTests.models.map { model in
        Maker(model) { try World("camera \(model) 1234").open() }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
