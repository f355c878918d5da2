import Devices
import Glibc
import Pickle
import SimulatedWorlds
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// The search for the library and its cameras.
struct OpeningTests {
    @Test func libraryThatIsNotThereIsNamed() {
        let error = #expect(throws: DeviceError.self) { try AndorLibrary.installed("/nowhere/libatcore.so") }
        #expect(error?.kind == .library)
        #expect(error?.message.hasPrefix("/nowhere/libatcore.so could not be loaded: ") == true)
    }

    @Test func missingFunctionsAreNamed() throws {
        let other = #expect(throws: DeviceError.self) { try AndorLibrary("libc.so.6") }
        #expect(other?.kind == .library)
        #expect(other?.message.contains("AT_InitialiseLibrary, ") == true)
        let world = try World("camera zyla-4.2 VSC-7")
        let error = #expect(throws: DeviceError.self) { try AndorLibrary(world.library) { $0.hasSuffix("Buffer") } }
        #expect(error?.message == "\(world.library) is not libatcore: missing functions AT_QueueBuffer, AT_WaitBuffer")
    }

    @Test func oldNamesOfFunctionsAreEnough() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let library = try AndorLibrary(world.library) { $0.contains("Enum") && !$0.contains("Enumerated") }
        try library.initialise()
        let camera = try AndorCamera(library, index: 0)
        try camera.setLabel("PixelEncoding", to: "Mono32")
        #expect(try camera.label("PixelEncoding") == "Mono32")
        #expect(try camera.choices("TriggerMode").count == 5)
        camera.close()
        library.finalise()
    }

    @Test(.enabled(if: unsafe getenv("ANDOR_SDK3_LIBRARY") == nil))
    func simulationIsNeverTakenForTheInstalledLibrary() throws {
        let built = try World.built
        // Once it is loaded, the loader returns it for every library of its name.
        let simulated = try AndorLibrary(built)
        do {
            let library = try AndorLibrary.installed(nil, simulated: [built])
            #expect(Files.realPath(library.path) != Files.realPath(simulated.path))
        } catch {
            #expect(error.kind == .library)
            #expect(error.message.hasPrefix("Andor's SDK 3 is not installed: libatcore.so.3 could not be loaded"))
            #expect(error.message.contains("libatcore.so is the simulation; "))
        }
    }

    @Test func simulatedLibraryIsFoundWithTheProgram() throws {
        let missing = #expect(throws: DeviceError.self) { try AndorLibrary.simulated(["/nowhere/a", "/nowhere/b"]) }
        #expect(missing?.message == "the simulated libatcore is not at /nowhere/a or at /nowhere/b")
        #expect(try AndorLibrary.simulated().path.hasSuffix("/libatcore.so"))
    }

    @Test(.enabled(if: unsafe getenv("ANDOR_SDK3_SIMULATED_WORLD") == nil))
    func simulatedDefinitionHasTheCamerasOfTheSimulation() throws {
        // Without a list these are the two default cameras; an installed library is not used.
        #expect(try AndorSDK3Camera.cameraCount(.init(), DriverContext(isSimulated: true)) == 2)
    }

    @Test func driverOpensTheCameraWithAUID() throws {
        let world = try World("camera zyla-4.2 VSC-1\ncamera sona VSC-2")
        let configured = FloatingDriver.andorSDK3.configured(.init(library: world.library), uid: "VSC-2")
        let camera = try #require(try configured.open(DriverContext()) as? AndorSDK3Camera)
        #expect(camera.serialNumber == "VSC-2")
        // The other camera has been released.
        let other = FloatingDriver.andorSDK3.configured(.init(library: world.library), uid: "VSC-1")
        try other.open(DriverContext()).shutdown()
        let missing = FloatingDriver.andorSDK3.configured(.init(library: world.library), uid: "VSC-3")
        let error = #expect(throws: DeviceError.self) { try missing.open(DriverContext()) }
        #expect(
            error?.message
                == "andor-sdk3 VSC-3 was not found: 2 are there; seen: VSC-1; 1 is held by another program"
        )
        try camera.shutdown()
    }

    @Test func driverSearchesTogetherWhatHasTheSameCandidates() throws {
        let driver = FloatingDriver.andorSDK3
        func candidates(_ configuration: AndorSDK3Camera.Configuration) -> Candidates? {
            driver.configured(configuration, uid: "VSC-1").cameraRequests.first?.candidates
        }
        #expect(driver.name == "andor-sdk3")
        #expect(driver.isFloating)
        #expect(candidates(.init())?.kind == candidates(.init())?.kind)
        #expect(candidates(.init())?.kind != candidates(.init(model: "SIMCAM"))?.kind)
        #expect(candidates(.init())?.simulating(["VSC-1", "VSC-2"]) == ["ANDOR_SDK3_SIMULATED_CAMERAS": "VSC-1,VSC-2"])
    }

    @Test func cameraOfAnotherProgramIsHeldElsewhere() throws {
        let world = try World("camera zyla-4.2 VSC-1\ncamera sona VSC-2")
        let configuration = AndorSDK3Camera.Configuration(library: world.library)
        let file = unsafe open(world.lockPath("VSC-1"), O_RDWR | O_CREAT, 0o600)
        #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
        func state(_ index: Int) throws -> String {
            switch try AndorSDK3Camera.candidate(index, configuration, DriverContext()) {
            case .opened(let camera):
                camera.release()
                return camera.uid
            case .heldElsewhere: return "held"
            case .unwanted(let text): return text
            }
        }
        #expect(try (0..<2).map(state) == ["held", "VSC-2"])
        close(file)
        #expect(try (0..<2).map(state) == ["VSC-1", "VSC-2"])
    }

    @Test func cameraThatFailsToOpenIsAnInitialiseError() throws {
        let world = try World("camera zyla-4.2 VSC-1")
        let configuration = AndorSDK3Camera.Configuration(library: world.library)
        try world.order("fails", of: "VSC-1", "Open 17 1")
        let error = #expect(throws: DeviceError.self) {
            try AndorSDK3Camera.candidate(0, configuration, DriverContext())
        }
        #expect(error?.kind == .initialise)
        #expect(error?.description == "AT_Open of camera 0 of \(world.library): AT_ERR_COMM (17)")
        guard case .opened(let camera) = try AndorSDK3Camera.candidate(0, configuration, DriverContext()) else {
            Issue.record("it was not opened")
            return
        }
        camera.release()
    }

    @Test func cameraIsFreeAgainAfterShutdown() throws {
        let world = try World("camera zyla-4.2 VSC-1")
        for _ in 0..<3 {
            let camera = try world.open()
            try camera.enable()
            try camera.shutdown()
            try camera.shutdown()
        }
    }

    @Test func cameraOfAProcessThatDiedIsStoppedFirst() throws {
        let world = try World("camera zyla-4.2 VSC-1")
        let library = try world.load()
        let abandoned = try AndorCamera(library, index: 0)
        try abandoned.perform("AcquisitionStart")
        let camera = try AndorSDK3Camera(abandoned, .init(), options: .quick, log: DeviceLog())
        #expect(try !camera.camera.bool("CameraAcquiring"))
        try camera.ready()
        #expect(try camera.triggeredImage()[0, 0] == 0)
    }

    @Test func orderOfTheCamerasIsAnotherOneInEachProcess() throws {
        let cameras = (1...4).map { "camera zyla-4.2 VSC-\($0)" }.joined(separator: "\n")
        var orders: Set<[String]> = []
        for seed in 1...40 {
            let world = try World(cameras, order: "shuffled \(seed)")
            let library = try world.load()
            let found = try (0..<4).map { index in
                let camera = try AndorCamera(library, index: index)
                camera.close()
                return camera.serialNumber
            }
            library.finalise()
            #expect(Set(found).count == 4)
            orders.insert(found)
        }
        #expect(orders.count > 10)
    }
}
