import Contracts
import Devices
import Pickle
import Platform
import SDKCameras
import Testing

@testable import HamamatsuDCAM

/// Cameras of each model: images, area, binning, triggers, settings.
struct HamamatsuCameraTests {
    static let models = ["flash4-v3", "fusion", "imagem-x2"]
    private static let sides = ["flash4-v3": 2048, "fusion": 2304, "imagem-x2": 512]

    private func open(_ model: String) throws -> HamamatsuCamera { try World("camera \(model) 001234").open() }

    @Test(arguments: models) func imageIsThatOfTheArea(model: String) throws {
        let camera = try open(model)
        let side = try #require(Self.sides[model])
        #expect(try camera.shape == SensorShape(width: side, height: side))
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

    @Test(arguments: [("flash4-v3", 4), ("imagem-x2", 16)])
    func areaHasTheCamerasSteps(model: String, step: Int) throws {
        let camera = try open(model)
        // The smallest area of whole steps around what was asked for.
        #expect(try !camera.setROI(ROI(left: step + 1, top: 2, width: step, height: 1)))
        #expect(try camera.roi == ROI(left: step, top: 0, width: 2 * step, height: step))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 512, height: 512)))
        try camera.ready()
        #expect(try camera.triggeredImage()[3, 4] == light(67, 36))
    }

    @Test func areaMovesWhileImagesAreTaken() throws {
        let camera = try open("fusion")
        try camera.ready()
        _ = try camera.triggeredImage()
        #expect(try camera.setROI(ROI(left: 2240, top: 2240, width: 64, height: 64)))
        #expect(try camera.triggeredImage()[7, 9] == light(2247, 2249))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 2304, height: 64)))
        #expect(try camera.triggeredImage().array.shape == [64, 2304])
    }

    @Test func binningKeepsTheArea() throws {
        let camera = try open("flash4-v3")
        try camera.ready()
        try camera.setSensorBinning(Binning(h: 2, v: 2))
        #expect(try camera.binning == Binning(h: 2, v: 2))
        #expect(try camera.roi == ROI(left: 64, top: 32, width: 64, height: 48))
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [24, 32])
        #expect(image[5, 6] == light(64 + 10, 32 + 12))
        for binning in [Binning(h: 3, v: 3), Binning(h: 2, v: 1)] {
            let error = #expect(throws: DeviceError.self) { try camera.setSensorBinning(binning) }
            #expect(error?.message == "001234 has no binning \(binning.h)x\(binning.v)")
        }
        #expect(try camera.binning == Binning(h: 2, v: 2))
    }

    @Test(arguments: [("MONO8", DType.uint8, 4), ("MONO12", .uint16, 0), ("MONO12P", .uint16, 0)])
    func pixelTypesHaveTheirNumbers(label: String, dtype: DType, shift: Int) throws {
        let camera = try open("fusion")
        try camera.ready()
        try Client(camera).choose("IMAGE PIXEL TYPE", label)
        let image = try camera.triggeredImage()
        #expect(image.dtype == dtype)
        for y in 1..<4 { for x in 0..<9 { #expect(image[x, y] == light(64 + x, 32 + y) >> shift) } }
    }

    @Test func exposureTimeIsTheNearestThatTheCameraHas() throws {
        let camera = try open("flash4-v3")
        try camera.expose(for: 0)
        #expect(try camera.exposureTime == 0.001004)
        try camera.expose(for: 1e6)
        #expect(try camera.exposureTime == 10)
        try camera.ready()
        try camera.expose(for: 0.0123456)
        #expect(abs(try camera.exposureTime - 0.012346) < 1e-9)
        _ = try camera.triggeredImage()
        // A triggered camera reads out after its exposure.
        #expect(try camera.cycleTime > camera.exposureTime)
    }

    @Test(arguments: [
        (TriggerType.software, TriggerMode.once), (.software, .strobe), (.risingEdge, .once), (.fallingEdge, .once),
        (.risingEdge, .bulb), (.fallingEdge, .bulb), (.risingEdge, .start), (.fallingEdge, .start),
    ])
    func triggersAreKept(type: TriggerType, mode: TriggerMode) throws {
        let camera = try open("flash4-v3")
        try camera.ready()
        try camera.setTrigger(type, mode)
        #expect(try camera.triggerType == type)
        #expect(try camera.triggerMode == mode)
    }

    @Test func triggersThatTheSDKDoesNotHaveAreRefused() throws {
        let camera = try open("flash4-v3")
        for (type, mode) in [(TriggerType.software, TriggerMode.bulb), (.pulse, .once), (.risingEdge, .strobe)] {
            #expect(throws: DeviceError.self) { try camera.setTrigger(type, mode) }
        }
        #expect(try camera.triggerType == .software)
    }

    @Test func cameraRunsByItselfAndOnPulses() throws {
        let camera = try World("camera fusion 001234\nexternal-rate 100").open()
        try camera.ready()
        for (type, mode) in [(TriggerType.software, TriggerMode.strobe), (.risingEdge, .once), (.risingEdge, .start)] {
            try camera.setTrigger(type, mode)
            for _ in 0..<5 { _ = try camera.image() }
        }
    }

    @Test func triggersOfManyClientsAreQueued() throws {
        let camera = try open("flash4-v3")
        try camera.ready()
        for _ in 0..<10 { try camera.trigger() }
        for number in 0..<10 { #expect(try camera.image()[0, 0] == number) }
    }

    @Test func imageHasTheTimeOfTheCameraThatKeepsOne() throws {
        let fusion = try open("fusion")
        try fusion.ready()
        try fusion.expose(for: 0.3)
        let begin = Timestamp.now
        try fusion.trigger()
        let time = try fusion.datum().time
        // The start of the exposure, and not its arrival.
        #expect(time > begin - 0.01 && time < Timestamp.now - 0.25)
    }

    @Test func propertiesAreSettingsWithTheSDKsNames() throws {
        let camera = try World("camera imagem-x2 000042").open()
        let client = Client(camera)
        try client.change("SENSITIVITY", to: 120)
        #expect(try client.setting("SENSITIVITY") == 120.0)
        try client.choose("DIRECT EM GAIN MODE", "ON")
        #expect(try client.setting("SENSOR TEMPERATURE") == -65.0)
        let names = camera.settings.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(!names.contains { $0.hasPrefix("SUBARRAY") || $0 == "BINNING" })
        #expect(names.contains("EXPOSURE TIME") && names.contains("missed_frames"))
        // A property that the camera locks while it captures is written in a pause.
        try camera.ready()
        try client.choose("CCD MODE", "NORMAL CCD")
        _ = try camera.triggeredImage()
        for name in names { _ = try client.setting(name) }
    }

    @Test func elementsOfArraysAreSettings() throws {
        let client = Client(try open("fusion"))
        try client.choose("OUTPUT TRIGGER KIND[2]", "TRIGGER READY")
        #expect(try client.setting("OUTPUT TRIGGER KIND[2]") == 4)
        #expect(try client.setting("OUTPUT TRIGGER KIND[0]") == 1)
    }

    @Test(arguments: [true, false]) func coolerIsSwitchedAsConfigured(isOn: Bool) throws {
        let camera = try World("camera imagem-x2 000042").open(nil, .init(cooling: isOn))
        #expect(try camera.camera.value(.cooler) == (isOn ? 2 : 1))
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
struct HamamatsuContractTests {
    static let makers = HamamatsuCameraTests.models.map { model in
        Maker(model) { try World("camera \(model) 001234").open() }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
