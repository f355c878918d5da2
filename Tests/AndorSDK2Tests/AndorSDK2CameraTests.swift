import Contracts
import Devices
import Pickle
import Platform
import SDKCameras
import Testing

@testable import AndorSDK2

/// Cameras of each model: images, area, binning, triggers, settings.
struct AndorSDK2CameraTests {
    static let models = ["ixon-ultra-897", "ixon-888", "clara", "ikon-m-934", "newton-920", "luca-r"]

    private func open(_ model: String) throws -> AndorSDK2Camera { try World("camera \(model) 11001").open() }

    @Test(arguments: models) func imageIsThatOfTheArea(model: String) throws {
        let camera = try open(model)
        try camera.ready()
        for number in 0..<10 {
            let image = try camera.triggeredImage()
            #expect(image.array.shape == [48, 64])
            #expect(image.dtype == .uint16)
            // A camera without software triggers takes a series of one image for each.
            let isSingle = camera.camera.plan.withLock { $0.exposing.isSingle }
            #expect(image[0, 0] == (isSingle ? 0 : number))
            #expect(image[1, 0] == 11001 & 4095)
            #expect(image[5, 6] == light(64 + 5, 32 + 6))
        }
        #expect(camera.acquisition.counts == AcquisitionCounts())
        try camera.shutdown()
    }

    @Test func bothAmplifiersGiveTheSameOrientation() throws {
        let camera = try open("ixon-ultra-897")
        try camera.ready()
        for mode in [PythonValue.int(0), .int(4)] {
            try Client(camera).change("readout mode", to: mode)
            #expect(try camera.triggeredImage()[5, 6] == light(64 + 5, 32 + 6))
        }
    }

    @Test func areaIsAMultipleOfTheBinning() throws {
        let camera = try open("ixon-ultra-897")
        try camera.setSensorBinning(Binning(h: 4, v: 3))
        #expect(try !camera.setROI(ROI(left: 8, top: 9, width: 10, height: 10)))
        #expect(try camera.roi == ROI(left: 8, top: 9, width: 12, height: 12))
        try camera.enable()
        #expect(try camera.triggeredImage().array.shape == [4, 3])
        #expect(try camera.setROI(ROI(left: 64, top: 32, width: 64, height: 48)))
        #expect(try camera.triggeredImage()[5, 6] == light(64 + 20, 32 + 18))
    }

    @Test(arguments: [
        (TriggerType.software, TriggerMode.once), (.software, .strobe), (.risingEdge, .once), (.fallingEdge, .once),
        (.risingEdge, .bulb), (.fallingEdge, .bulb), (.risingEdge, .start), (.fallingEdge, .start),
    ])
    func triggersAreKept(type: TriggerType, mode: TriggerMode) throws {
        let camera = try open("ixon-ultra-897")
        try camera.ready()
        try camera.setTrigger(type, mode)
        #expect(camera.triggerType == type)
        #expect(camera.triggerMode == mode)
    }

    @Test func triggersThatTheCameraLacksAreRefused() throws {
        let camera = try open("clara")
        for (type, mode) in [(TriggerType.risingEdge, TriggerMode.bulb), (.pulse, .once), (.software, .bulb)] {
            #expect(throws: DeviceError.self) { try camera.setTrigger(type, mode) }
        }
        #expect(camera.triggerType == .software)
    }

    @Test func cameraRunsByItselfAndOnPulses() throws {
        let camera = try World("camera ixon-ultra-897 11001\nexternal-rate 100").open()
        try camera.ready()
        for (type, mode) in [(TriggerType.software, TriggerMode.strobe), (.risingEdge, .once), (.risingEdge, .start)] {
            try camera.setTrigger(type, mode)
            for _ in 0..<5 { _ = try camera.image() }
        }
    }

    @Test func emGainHasTheLimitsOfItsMode() throws {
        let client = Client(try open("ixon-ultra-897"))
        #expect(try client.setting("em gain mode") == 3)
        try client.change("gain", to: 300)
        #expect(throws: (any Error).self) { try client.change("gain", to: 301) }
        #expect(try client.setting("EMAdvanced") == false)
        try client.change("EMAdvanced", to: true)
        try client.change("gain", to: 1000)
        // A gain on one scale means something else on another.
        try client.change("em gain mode", to: 0)
        #expect(try client.setting("gain") == 0)
        try client.change("gain", to: 221)
        #expect(throws: (any Error).self) { try client.change("gain", to: 300) }
    }

    @Test func exposureIsTheOneThatTheCameraHas() throws {
        let camera = try open("ixon-ultra-897")
        try camera.ready()
        try camera.expose(for: 0.012344)
        #expect(abs(camera.exposureTime - 0.01235) < 1e-6)
        #expect(camera.cycleTime > camera.exposureTime)
        // With frame transfer an image cannot be exposed for less than the one before is read.
        try Client(camera).change("frame transfer", to: true)
        try camera.expose(for: 0)
        #expect(camera.exposureTime > 0.0003)
        _ = try camera.triggeredImage()
    }

    @Test func isolatedCropIsTheArea() throws {
        let camera = try open("ixon-ultra-897")
        try camera.ready()
        let before = camera.cycleTime
        try Client(camera).change("isolated crop", to: true)
        #expect(camera.cycleTime < before)
        #expect(try camera.triggeredImage()[5, 6] == light(64 + 5, 32 + 6))
    }

    @Test func fullVerticalBinningGivesOneRow() throws {
        let camera = try open("newton-920")
        try Client(camera).change("read mode", to: 0)
        try camera.enable()
        #expect(try camera.triggeredImage().array.shape == [1, 1024])
    }

    @Test(arguments: models) func allSettingsCanBeReadWhileImagesAreTaken(model: String) throws {
        let camera = try open(model)
        let client = Client(camera)
        let names = camera.settings.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names { _ = try client.setting(name) }
        try camera.ready()
        for name in names { _ = try client.setting(name) }
        try client.change("TemperatureSetPoint", to: -10)
        #expect(try client.setting("TemperatureSetPoint") == -10)
        _ = try camera.triggeredImage()
    }

    @Test func coolerIsLeftAsConfigured() throws {
        let world = try World()
        let camera = try world.open(0, .init(temperature: -60, coolerMode: .keep))
        #expect(try Client(camera).setting("Temperature") == -60.0)
        try camera.shutdown()
        let again = try world.open(0, .init(cooling: true))
        // It has stayed cold, and the default lets it warm up.
        #expect(try Client(again).setting("Temperature") == -60.0)
        try again.shutdown()
        let off = try world.open(0, .init(cooling: false))
        #expect(try Client(off).setting("Cooler Enabled") == false)
        #expect(try Client(off).setting("Temperature") == 20.0)
        try off.shutdown()
        let error = #expect(throws: DeviceError.self) { try world.open(0, .init(temperature: -200)) }
        #expect(error?.message == "temperature of 11001 must be from -120 to 20, not -200")
    }

    @Test func imageHasTheTimeOfTheCamera() throws {
        let camera = try open("ixon-ultra-897")
        try camera.ready()
        try camera.expose(for: 0.3)
        let begin = Timestamp.now
        try camera.trigger()
        let time = try camera.datum().time
        // The start of the exposure, and not its arrival.
        #expect(time > begin - 0.05 && time < Timestamp.now - 0.25)
    }

    @Test func twoCamerasOfAProcessDoNotDisturbEachOther() throws {
        let world = try World("camera ixon-ultra-897 11001\ncamera clara 11002")
        let (one, other) = (try world.open(0), try world.open(1))
        try one.ready()
        try other.ready()
        for _ in 0..<5 {
            try one.trigger()
            try other.trigger()
            #expect(try one.image()[1, 0] == 11001 & 4095)
            #expect(try other.image()[1, 0] == 11002 & 4095)
        }
    }
}

/// The contracts of every camera, on each model.
struct AndorSDK2ContractTests {
    static let makers = AndorSDK2CameraTests.models.map { model in
        Maker(model) { try World("camera \(model) 11001").open() }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
