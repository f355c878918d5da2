import Devices
import MicroscopeClient
import Pickle
import Testing

/// Frames as they arrive, from both servers.
@Suite(.timeLimit(.minutes(3))) struct StreamTests {
    @Test(arguments: ServerKind.allCases)
    func framesArriveInOrderAndEndWhenStopped(server: ServerKind) async throws {
        let bench = try await Bench(server)
        let camera: RemoteCamera = try await bench.connect("Camera")
        try await camera.setExposureTime(0.001)
        try await camera.setSetting("display image number", to: true)
        let frames = try await camera.frames()
        try await camera.enable()
        var iterator = frames.makeAsyncIterator()
        var last = 0.0
        for number in 1...20 {
            try await camera.trigger()
            let frame = try #require(try await iterator.next())
            #expect(frame.number == number)
            #expect(frame.image.shape == [48, 64])
            #expect(frame.timestamp >= last)
            last = frame.timestamp
            #expect((frame.facts != nil) == (server == .swift))
        }
        #expect(frames.way == (server == .swift ? .sharedMemory : .callBack))
        await frames.stop()
        #expect(frames.counts == (20, 0))
        #expect(try await iterator.next() == nil)
    }

    @Test(arguments: ServerKind.allCases)
    func aFrameCanBeSnappedAgainAndAgain(server: ServerKind) async throws {
        let bench = try await Bench(server)
        for _ in 1...3 {
            let camera: RemoteCamera = try await bench.connect("Camera")
            try await camera.setExposureTime(0.001)
            #expect(try await camera.snap().image.shape == [48, 64])
            #expect(try await !camera.isEnabled)
        }
    }

    @Test(arguments: ServerKind.allCases)
    func callsAndFramesGoOnAfterARestart(server: ServerKind) async throws {
        let bench = try await Bench(server)
        let camera: RemoteCamera = try await bench.connect("Camera")
        let frames = try await camera.frames()
        try await camera.enable()
        try await camera.trigger()
        var iterator = frames.makeAsyncIterator()
        #expect(try await iterator.next()?.number == 1)
        bench.stop()
        async let restart: Void = bench.start()
        // Waits for the server to be back.
        try await camera.setExposureTime(0.001)
        try await restart
        try await camera.enable()
        // The client registers again by itself; until then triggers give frames to nobody.
        let triggers = Task {
            while !Task.isCancelled {
                try await camera.trigger()
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(try await iterator.next()?.number == 2)
        triggers.cancel()
        await frames.stop()
    }

    @Test(arguments: ServerKind.allCases)
    func anErrorOfTheCamerasEndsTheSequence(server: ServerKind) async throws {
        let bench = try await Bench(server)
        let camera: RemoteCamera = try await bench.connect("Camera")
        try await camera.setExposureTime(0.001)
        try await camera.setSetting("_error_percent", to: 100)
        let frames = try await camera.frames()
        try await camera.enable()
        try await camera.trigger()
        let failure = await #expect(throws: CallFailure.self) {
            for try await _ in frames {}
        }
        let text = try #require(failure?.description)
        #expect(text.hasPrefix("\(camera.uri): ") && text.contains("Exception"))
        #expect(!text.contains("bytes"))
        // Another sequence can begin at once.
        try await camera.setSetting("_error_percent", to: 0)
        // python-microscope's camera fails on and on, so that errors from before may still be on their way.
        for _ in 0..<50 where server == .python {
            if (try? await camera.snap()) != nil { break }
        }
        #expect(try await camera.snap().image.shape == [48, 64])
    }

    @Test(arguments: [true, false])
    func bothWaysShowTheSameOfAFrame(sharesMemory: Bool) async throws {
        let bench = try await Bench(.swift)
        var options = ConnectionOptions()
        options.sharesMemory = sharesMemory
        let camera = try await RemoteCamera.connect(to: bench.uri("Camera"), options: options)
        try await camera.setExposureTime(0.002)
        try await camera.setROI(ROI(left: 8, top: 4, width: 32, height: 16))
        let frames = try await camera.frames()
        #expect(frames.way == (sharesMemory ? .sharedMemory : .ownConnection))
        try await camera.enable()
        var iterator = frames.makeAsyncIterator()
        var images: [NDArray] = []
        for _ in 0..<10 {
            try await camera.trigger()
            let frame = try #require(try await iterator.next())
            let facts = try #require(frame.facts)
            #expect(facts.number == images.count && facts.lost == [:])
            #expect(facts.roi == ROI(left: 8, top: 4, width: 32, height: 16) && facts.exposureTime == 0.002)
            #expect(frame.image.shape == [16, 32])
            images.append(frame.image)
        }
        // Images stay as they are when nothing more is wanted.
        let before = images.map(\.data.array)
        await frames.stop()
        _ = try await camera.snap()
        #expect(images.map(\.data.array) == before)
    }

    @Test func whatASlowReaderDoesNotTakeIsCounted() async throws {
        let bench = try await Bench(.swift)
        let camera: RemoteCamera = try await bench.connect("Camera")
        try await camera.setExposureTime(0)
        let frames = try await camera.frames(keeping: 3)
        try await camera.enable()
        for number in 1...10 {
            try await camera.trigger()
            try await eventually { frames.counts.arrived == number }
        }
        #expect(frames.counts == (10, 7))
        var numbers: [Int] = []
        for try await frame in frames {
            numbers.append(frame.number)
            if frame.number == 10 { break }
        }
        #expect(numbers == [8, 9, 10])
    }

    @Test func aStreamThatNobodyHoldsLeavesTheDevice() async throws {
        let bench = try await Bench(.swift)
        let first: RemoteCamera = try await bench.connect("Camera")
        try await first.setExposureTime(0)
        try await first.enable()
        let outer = try await first.frames()
        do {
            let inner = try await first.frames()
            try await first.trigger()
            #expect(try await inner.first(within: .seconds(20)) != nil)
        }
        // With the later one gone, the one before it gets the frames again.
        let triggers = Task {
            while !Task.isCancelled {
                try await first.trigger()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(try await outer.first(within: .seconds(20)) != nil)
        triggers.cancel()
    }

    @Test func aDeviceThatIsNotThereIsNamedAtOnce() async throws {
        let port = try Bench.freePort()
        let uri = "PYRO:Camera@127.0.0.1:\(port)"
        let failure = await #expect(throws: CallFailure.self) { try await RemoteCamera.connect(to: uri) }
        #expect("\(try #require(failure))" == "\(uri): connect to 127.0.0.1:\(port): Connection refused")
        let nonsense = await #expect(throws: CallFailure.self) { try await RemoteCamera.connect(to: "Camera") }
        #expect("\(try #require(nonsense))".hasPrefix("Camera: is not a URI such as PYRO:"))
    }

    @Test func aTaskThatIsCancelledWaitsForNoCall() async throws {
        let bench = try await Bench(.swift)
        let (stage, start) = (try await bench.connect("Stage", as: RemoteStage.self), ContinuousClock.now)
        try await stage.enable()
        let move = Task { try await stage.move(to: NamedValues([("x", 100)])) }
        let waiting = Task {
            // Nobody triggers.
            let camera: RemoteCamera = try await bench.connect("Camera")
            try await camera.enable()
            return try await camera.connection.call("grab_next_data", false)
        }
        try await Task.sleep(for: .milliseconds(100))
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await move.value
        #expect(.now - start < .seconds(20))
    }
}

/// Waits until something is so.
func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        try #require(ContinuousClock.now < end, "it did not come about in time")
        try await Task.sleep(for: .milliseconds(2))
    }
}
