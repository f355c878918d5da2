import Devices
import Glibc
import Platform
import SimulatedWorlds
import Testing

@testable import SDKCameras
@testable import TeledynePVCAM

/// The library's answers to calls in each of its states, as the facts on real libraries and other drivers state them.
struct BlackBoxTests {
    /// The code of a call; nil if it succeeds.
    private func code(_ call: () throws(PVCAMStatus) -> Void) -> Int16? {
        do throws(PVCAMStatus) {
            try call()
            return nil
        } catch { return error.code }
    }

    /// The simulated library, and Teledyne's if `PVCAM_BLACK_BOX` names its file, on a computer without cameras.
    static let libraries = ["simulated"] + [Environment["PVCAM_BLACK_BOX"]].compactMap(\.self)

    /// These codes are those of libpvcam 2.5 and 2.6.
    @Test(arguments: libraries) func libraryKnowsNothingBeforeItIsInitialised(file: String) throws {
        let world = try World("")
        defer { withExtendedLifetime(world) {} }
        let library = file == "simulated" ? try world.load() : try PVCAMLibrary(file)
        #expect(code { () throws(PVCAMStatus) in _ = try library.names() } == 157)
        #expect(code { () throws(PVCAMStatus) in _ = try library.open("pvcamUSB_0") } == 157)
        #expect(code { () throws(PVCAMStatus) in _ = try library.value(.serial, .type, 0) } == 157)
        try library.initialise()
        #expect(code { () throws(PVCAMStatus) in try library.initialise() } == 158)
        #expect(try library.names().count <= 16)
        #expect(code { () throws(PVCAMStatus) in _ = try library.open("no camera") } == 176)
        #expect(code { () throws(PVCAMStatus) in _ = try library.value(.speedIndex, .current, 99) } == 175)
        #expect(code { () throws(PVCAMStatus) in try library.abort(99, .halt) } == 175)
        #expect(try library.version() == "3.10.2")
        library.uninitialise()
        #expect(code { () throws(PVCAMStatus) in _ = try library.names() } == 157)
    }

    private let region = Region(left: 0, top: 0, width: 64, height: 48, h: 1, v: 1)

    private func setUp(
        _ library: PVCAMLibrary,
        _ camera: Int16,
        region: Region? = nil,
        mode: Int16 = 0xC00,
        exposure: UInt32 = 1000,
        isSequence: Bool = false
    ) -> Int16? {
        code { () throws(PVCAMStatus) in
            guard let region = region ?? self.region else { throw PVCAMStatus(0) }
            _ = try library.setUp(region, mode: mode, exposure: exposure, isSequence: isSequence, camera)
        }
    }

    /// The codes of calls that a state does not allow: open, set up, acquiring.
    @Test func callsHaveTheirStates() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        try library.initialise()
        let camera = try library.open("pvcamUSB_0")
        #expect(code { () throws(PVCAMStatus) in _ = try library.open("pvcamUSB_0") } == 178)
        let (bytes, memory) = (64 * 48 * 2, FrameBuffer(byteCount: 4 * 64 * 48 * 2))
        let odd = FrameBuffer(byteCount: bytes + 2)
        func start(_ memory: FrameBuffer) -> Int16? {
            code { () throws(PVCAMStatus) in try library.start(memory, camera) }
        }
        func value(_ id: ParameterID) -> Int16? {
            code { () throws(PVCAMStatus) in _ = try library.value(id, .current, camera) }
        }
        func trigger() -> Int16? { code { () throws(PVCAMStatus) in _ = try library.trigger(camera) } }
        func latest() -> Int16? { code { () throws(PVCAMStatus) in _ = try library.latestFrame(camera) } }
        func set() -> Int16? { code { () throws(PVCAMStatus) in try library.set(.gainIndex, to: .int(1), camera) } }
        // Open
        #expect([start(memory), value(.readoutTime), trigger(), latest(), set()] == [188, 188, 188, 188, nil])
        #expect(value(.emGain) == nil)
        #expect(value(0x0602_BEEF) == 160)
        #expect(code { () throws(PVCAMStatus) in _ = try library.value(.serial, .lowest, camera) } == 163)
        #expect(code { () throws(PVCAMStatus) in try library.set(.gainIndex, to: .int(9), camera) } == 165)
        #expect(code { () throws(PVCAMStatus) in try library.abort(camera, .halt) } == nil)
        #expect(setUp(library, camera, region: Region(left: 2000, top: 0, width: 64, height: 4, h: 1, v: 1)) == 181)
        #expect(setUp(library, camera, region: Region(left: 0, top: 0, width: 64, height: 4, h: 3, v: 3)) == 182)
        // A mode of a CCD, and an output that the camera does not have.
        #expect(setUp(library, camera, mode: 0) == 183)
        #expect(setUp(library, camera, mode: 0xC05) == 183)
        #expect(setUp(library, camera, exposure: 4_000_000_000) == 187)
        // Set up
        #expect(setUp(library, camera) == nil)
        #expect([start(odd), value(.readoutTime), trigger(), latest()] == [171, nil, 184, 169])
        // Another setting needs another setup.
        #expect(set() == nil)
        #expect(start(memory) == 188)
        #expect(setUp(library, camera) == nil)
        // Acquiring
        #expect(start(memory) == nil)
        #expect([start(memory), value(.gainIndex), value(.columns), latest(), set()] == [184, 156, nil, 169, 156])
        #expect(setUp(library, camera) == 184)
        #expect(try library.trigger(camera))
        let end = ContinuousClock.now + patience
        while latest() == 169, .now < end { Pause.wait(for: .milliseconds(1)) }
        let frame = try library.latestFrame(camera)
        #expect(frame.info.number == 1)
        #expect(frame.address == memory.address)
        try library.abort(camera, .halt)
        #expect([trigger(), value(.readoutTime)] == [184, nil])
        library.close(camera)
        #expect(value(.gainIndex) == 175)
        library.uninitialise()
    }

    @Test func sequenceMustBeFinishedBeforeTheNextOne() throws {
        let world = try World("camera evolve-512 \(World.serial)")
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        try library.initialise()
        let camera = try library.open("pvcamUSB_0")
        let memory = FrameBuffer(byteCount: 64 * 48 * 2)
        // A CMOS sensor's mode.
        #expect(setUp(library, camera, mode: 0x700, isSequence: true) == 183)
        #expect(setUp(library, camera, mode: 0, exposure: 1, isSequence: true) == nil)
        try library.startSequence(memory, camera)
        #expect(code { () throws(PVCAMStatus) in try library.finishSequence(memory, camera) } == 184)
        let (end, complete): (_, Int16) = (ContinuousClock.now + patience, 3)
        while try library.status(camera) != complete, .now < end { Pause.wait(for: .milliseconds(1)) }
        #expect(code { () throws(PVCAMStatus) in try library.startSequence(memory, camera) } == 184)
        try library.finishSequence(memory, camera)
        try library.startSequence(memory, camera)
        try library.abort(camera, .clear)
        library.uninitialise()
    }

    @Test func attributesThatNeverFail() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        try library.initialise()
        let camera = try library.open("pvcamUSB_0")
        #expect(try library.value(0x0602_BEEF, .isAvailable, camera) == .int(0))
        #expect(try library.value(.serial, .isAvailable, camera) == .int(1))
        // The type of this one is not the one of its number.
        #expect(try library.value(.readoutTime, .type, camera) == .int(7))
        #expect(try library.value(.temperature, .access, camera) == .int(1))
        #expect(try library.items(.exposureMode, camera).map(\.key) == [0x700, 0x900, 0x800, 0xA00, 0xC00, 0xB00])
        library.uninitialise()
    }

    @Test func cameraThatWasUnpluggedNeedsAnotherList() throws {
        let world = try World()
        let library = try world.load()
        try library.initialise()
        let camera = try library.open("pvcamUSB_0")
        try world.files.order("unplugged", of: World.serial)
        #expect(code { () throws(PVCAMStatus) in _ = try library.value(.gainIndex, .current, camera) } == 180)
        library.close(camera)
        world.files.end("unplugged", of: World.serial)
        #expect(code { () throws(PVCAMStatus) in _ = try library.open("pvcamUSB_0") } == 180)
        library.uninitialise()
        try library.initialise()
        #expect(try library.open("pvcamUSB_0") == 0)
        library.uninitialise()
    }

    @Test func cameraThatAnotherProcessHasCannotBeOpened() throws {
        let world = try World()
        let library = try world.load()
        let file = unsafe Glibc.open(world.files.lockPath(World.serial), O_RDWR | O_CREAT, 0o600)
        defer { close(file) }
        #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
        try library.initialise()
        #expect(code { () throws(PVCAMStatus) in _ = try library.open("pvcamUSB_0") } == 195)
        library.uninitialise()
    }
}
