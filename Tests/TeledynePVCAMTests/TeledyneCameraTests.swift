import Contracts
import Devices
import Pickle
import Platform
import SDKCameras
import Testing

@testable import TeledynePVCAM

/// Cameras of each model: images, area, binning, triggers, settings.
struct TeledyneCameraTests {
    static let models = ["prime-bsi", "evolve-512", "kinetix", "coolsnap"]
    private static let sensors = [
        "prime-bsi": SensorShape(width: 2048, height: 2048), "evolve-512": SensorShape(width: 512, height: 512),
        "kinetix": SensorShape(width: 3200, height: 3200), "coolsnap": SensorShape(width: 1392, height: 1040),
    ]

    private func open(_ model: String, _ configuration: TeledyneCamera.Configuration = .init()) throws -> TeledyneCamera
    {
        try World("camera \(model) \(World.serial)").open(0, configuration)
    }

    @Test(arguments: models, [true, false]) func imageIsThatOfTheArea(model: String, metadata: Bool) throws {
        let camera = try open(model, .init(metadata: metadata))
        #expect(try camera.shape == Self.sensors[model])
        #expect(camera.uid == World.serial)
        try camera.ready()
        let isSequence = model == "evolve-512" || model == "coolsnap"
        for number in 0..<20 {
            let image = try camera.triggeredImage()
            #expect(image.array.shape == [48, 64])
            #expect(image.dtype == .uint16)
            // A camera without software triggers takes a sequence of one for each.
            #expect((image[0, 0], image[1, 0]) == (isSequence ? 0 : number, 21_204_001 % 4096))
            #expect(image[5, 6] == light(64 + 5, 32 + 6))
        }
        #expect(camera.acquisition.counts == AcquisitionCounts())
        try camera.shutdown()
    }

    @Test func areaHasTheEdgesThatTheCameraCanHave() throws {
        let camera = try open("kinetix")
        // The smallest area around what was asked for.
        #expect(try !camera.setROI(ROI(left: 5, top: 2, width: 4, height: 1)))
        #expect(try camera.roi == ROI(left: 4, top: 0, width: 8, height: 4))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 512, height: 512)))
        let other = try open("prime-bsi")
        #expect(try other.setROI(ROI(left: 5, top: 2, width: 4, height: 1)))
        try other.enable()
        #expect(try other.triggeredImage()[3, 0] == light(8, 2))
    }

    @Test func areaMovesWhileImagesAreTaken() throws {
        let camera = try open("prime-bsi")
        try camera.ready()
        _ = try camera.triggeredImage()
        #expect(try camera.setROI(ROI(left: 1980, top: 1980, width: 64, height: 64)))
        #expect(try camera.triggeredImage()[7, 9] == light(1987, 1989))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 2048, height: 64)))
        #expect(try camera.triggeredImage().array.shape == [64, 2048])
    }

    @Test func binningKeepsTheArea() throws {
        let camera = try open("prime-bsi")
        try camera.ready()
        try camera.setSensorBinning(Binning(h: 2, v: 2))
        #expect(try camera.binning == Binning(h: 2, v: 2))
        #expect(try camera.roi == ROI(left: 64, top: 32, width: 64, height: 48))
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [24, 32])
        #expect(image[5, 6] == light(64 + 10, 32 + 12))
        for binning in [Binning(h: 3, v: 3), Binning(h: 2, v: 1)] {
            let error = #expect(throws: DeviceError.self) { try camera.setSensorBinning(binning) }
            #expect(error?.cause as? PVCAMStatus == .invalidBinning)
            #expect(error?.kind == .unsupported)
        }
        #expect(try camera.binning == Binning(h: 2, v: 2))
        // A camera that lists no pairs takes any.
        let other = try open("evolve-512")
        try other.ready()
        try other.setSensorBinning(Binning(h: 3, v: 1))
        #expect(try other.triggeredImage().array.shape == [48, 21])
    }

    @Test func fastPortHasPixelsOfOneByte() throws {
        let camera = try open("kinetix")
        try camera.ready()
        #expect(try camera.triggeredImage().dtype == .uint16)
        try Client(camera).choose("PARAM_READOUT_PORT", "Speed")
        let image = try camera.triggeredImage()
        #expect(image.dtype == .uint8)
        #expect(image[9, 3] == light(64 + 9, 32 + 3) >> 4)
    }

    @Test func exposureTimeIsTheNearestThatTheCameraHas() throws {
        let camera = try open("prime-bsi")
        try camera.expose(for: 1e6)
        #expect(camera.exposureTime == 10_000)
        try camera.ready()
        for seconds in [0.0123456, 5.5, 0.000_017] {
            try camera.expose(for: seconds)
            #expect(abs(camera.exposureTime - seconds) < 1e-6)
        }
        _ = try camera.triggeredImage()
        // A triggered camera reads out after its exposure.
        #expect(try camera.cycleTime > camera.exposureTime)
        // Milliseconds are all that this one has.
        let other = try open("coolsnap")
        try other.expose(for: 0.0123456)
        #expect(abs(other.exposureTime - 0.012) < 1e-9)
        // This one reports some times as one unit less.
        let kinetix = try open("kinetix")
        try kinetix.expose(for: 0.048)
        #expect(abs(kinetix.exposureTime - 0.048) < 1e-9)
    }

    private static let triggers: [(String, [(TriggerType, TriggerMode)])] = [
        (
            "prime-bsi",
            [
                (.software, .once), (.software, .strobe), (.software, .start), (.risingEdge, .once),
                (.risingEdge, .bulb),
                (.risingEdge, .start),
            ]
        ),
        (
            "evolve-512",
            [
                (.software, .once), (.software, .strobe), (.risingEdge, .once), (.risingEdge, .bulb),
                (.risingEdge, .start),
            ]
        ),
    ]

    @Test(arguments: triggers) func triggersAreKept(model: String, triggers: [(TriggerType, TriggerMode)]) throws {
        let camera = try open(model)
        try camera.ready()
        for (type, mode) in triggers {
            try camera.setTrigger(type, mode)
            #expect(try camera.triggerType == type)
            #expect(try camera.triggerMode == mode)
        }
        for (type, mode) in [(TriggerType.software, TriggerMode.bulb), (.pulse, .once), (.fallingEdge, .once)] {
            #expect(throws: DeviceError.self) { try camera.setTrigger(type, mode) }
        }
    }

    @Test(arguments: ["prime-bsi", "evolve-512"]) func cameraRunsByItselfAndOnPulses(model: String) throws {
        let camera = try World("camera \(model) \(World.serial)\nexternal-rate 100").open()
        try camera.ready()
        let triggers: [(TriggerType, TriggerMode)] = [
            (.software, .strobe), (.risingEdge, .once), (.risingEdge, .bulb), (.risingEdge, .start),
        ]
        for (type, mode) in triggers {
            try camera.setTrigger(type, mode)
            for _ in 0..<5 { _ = try camera.image() }
        }
    }

    @Test func firstSoftwareTriggerStartsASeries() throws {
        let camera = try open("prime-bsi")
        try camera.ready()
        try camera.setTrigger(.software, .start)
        try camera.trigger()
        for number in 0..<5 { #expect(try camera.image()[0, 0] == number) }
    }

    @Test(arguments: ["prime-bsi", "evolve-512"]) func triggersOfManyClientsAreQueued(model: String) throws {
        let camera = try open(model)
        try camera.ready()
        for _ in 0..<10 { try camera.trigger() }
        for _ in 0..<10 { _ = try camera.image() }
        #expect(camera.pendingExposures == 0)
    }

    @Test(arguments: ["prime-bsi", "kinetix"]) func imageHasTheTimeOfTheCamera(model: String) throws {
        let camera = try open(model)
        try camera.ready()
        try camera.expose(for: 0.3)
        let begin = Timestamp.now
        try camera.trigger()
        let time = try camera.datum().time
        // The start of the exposure, and not its arrival.
        #expect(time > begin - 0.01 && time < Timestamp.now - 0.25)
    }

    @Test(arguments: models) func parametersAreSettingsWithTheLibrarysNames(model: String) throws {
        let camera = try open(model)
        let names = camera.settings.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("PARAM_READOUT_PORT") && names.contains("missed_frames"))
        #expect(!names.contains { $0.contains("SMART") })
        let client = Client(camera)
        for name in names { _ = try client.setting(name) }
        // While the camera acquires they have the values of its start.
        try camera.ready()
        for name in names {
            _ = try client.setting(name)
            _ = try client.call("describe_setting", .str(name))
        }
        _ = try camera.triggeredImage()
    }

    @Test func gainIsOnlyThatOfACameraThatHasOne() throws {
        let evolve = try open("evolve-512")
        let client = Client(evolve)
        try client.change("gain", to: 300)
        #expect(try client.setting("PARAM_GAIN_MULT_FACTOR") == 300)
        try client.choose("frame transfer mode", "Frame Transfer")
        #expect(try client.setting("PARAM_PMODE") == 1)
        // It reports a gain from 1 to 1.
        #expect(try !open("prime-bsi").settings.contains { $0.name == "PARAM_GAIN_MULT_FACTOR" || $0.name == "gain" })
    }

    @Test func portSpeedAndGainDependOnEachOther() throws {
        let camera = try open("evolve-512")
        let client = Client(camera)
        try client.choose("readout gain", "3")
        #expect(try client.setting("PARAM_GAIN_INDEX") == 3)
        try client.choose("readout mode", "Normal, 16-bit, 5.0 MHz")
        #expect(try client.setting("PARAM_READOUT_PORT") == 1)
        // The port has brought its first speed and gain.
        #expect(try client.setting("readout gain") == 1)
        let described = try client.call("describe_setting", "readout gain")
        guard case .dict(let description) = described else {
            Issue.record("\(described)")
            return
        }
        // The gains of this speed have a gap.
        #expect(description["values"] == .list([.tuple([1, "1"]), .tuple([3, "3"])]))
        #expect(throws: (any Error).self) { try client.change("PARAM_GAIN_INDEX", to: 2) }
        #expect(try client.setting("PARAM_GAIN_INDEX") == 1)
    }

    @Test func speedTableHasWhatThePortsHave() throws {
        let table = try open("prime-bsi").speedTable
        #expect(table.speeds.map(\.label) == ["CMOS, 11-bit, 200.0 MHz", "CMOS, 16-bit, 100.0 MHz"])
        #expect(
            table.speeds.map { $0.gains.map(\.label) } == [["Full Well", "Balanced", "Sensitivity"], ["HDR", "CMS"]]
        )
    }

    @Test func temperatureIsSetAgainAfterThePort() throws {
        let camera = try open("kinetix", .init(temperature: -12.5))
        let client = Client(camera)
        #expect(try client.setting("temperature setpoint") == -12.5)
        try client.choose("PARAM_READOUT_PORT", "Dynamic Range")
        #expect(try client.setting("PARAM_TEMP_SETPOINT") == -1250)
        #expect(try client.setting("temperature") == -12.5)
    }

    @Test func configurationChoosesPortSpeedAndGain() throws {
        let camera = try open("prime-bsi", .init(bufferCount: Count(5), port: 0, speed: 1, gain: 2))
        let client = Client(camera)
        #expect(try client.setting("PARAM_GAIN_NAME") == .str("CMS"))
        #expect(try client.setting("circular buffer length") == 5)
        #expect(try client.setting("num_buffers") == 5)
    }

    @Test func modesThatTriggersHaveNoWordsForAreASetting() throws {
        let camera = try open("evolve-512")
        let client = Client(camera)
        #expect(try client.setting("trigger mode") == -1)
        try client.choose("trigger mode", "Variable Timed")
        #expect(throws: DeviceError.self) { try camera.triggerType }
        try client.choose("trigger mode", "Strobed")
        #expect(try camera.triggerType == .risingEdge)
        let other = try open("prime-bsi")
        try Client(other).choose("expose out mode", "All Rows")
        #expect(try Client(other).setting("PARAM_EXPOSE_OUT_MODE") == 1)
    }

    @Test func postProcessingIsASetting() throws {
        let client = Client(try open("prime-bsi"))
        try client.change("PARAM_PP_INDEX", to: 1)
        try client.change("PARAM_PP_PARAM_INDEX", to: 1)
        #expect(try client.setting("PARAM_PP_FEAT_NAME") == .str("DESPECKLE DARK LOW"))
        try client.change("PARAM_PP_PARAM", to: 77)
        #expect(try client.setting("PARAM_PP_PARAM") == 77)
        try client.change("PARAM_PP_PARAM_INDEX", to: 0)
        #expect(try client.setting("PARAM_PP_PARAM") == 0)
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
        throw DeviceError(.failed, "\(setting) has no choice \(label): \(choices)")
    }
}

/// The contracts of every camera, on each model.
struct TeledyneContractTests {
    static let makers = TeledyneCameraTests.models.map { model in
        Maker(model) { try World("camera \(model) \(World.serial)").open() }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
