import ArgumentParser
import Devices
import ImageFiles
import MicroscopeClient
import Pickle
import Platform
import Pyro

struct SnapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snap",
        abstract: "Take an image and write it to a TIFF or PNG file.",
        discussion: """
            A camera with software triggers is triggered; otherwise the command waits for a frame. A disabled camera \
            is enabled and disabled again. Ctrl-C, SIGTERM and SIGHUP abort the exposure and leave the camera as it \
            was. A camera that works on another client's trigger is left alone. Pixels are written unchanged: TIFF supports all types, PNG integers of 8 and \
            16 bits. The file's description is a JSON object with the camera's URI, time, exposure time, ROI, binning, \
            transform and all settings.

            Examples:
              devicectl snap Camera@127.0.0.1:8001 cells.tiff
              devicectl snap Camera@127.0.0.1:8001 cells.png --exposure 0.05
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(
        help: "The file, named .tif, .tiff or .png.",
        completion: .file(extensions: ["tiff", "tif", "png"])
    )
    var file: String

    @Option(help: ArgumentHelp("Set the exposure time first, in seconds.", valueName: "seconds"))
    var exposure: Double?

    @Option(help: ArgumentHelp("Give up if no image has arrived this long after the exposure.", valueName: "seconds"))
    var within = 10.0

    func validate() throws {
        guard ImageFile.Format(name: file) != nil else {
            throw ValidationError("The file's name must end with .tif, .tiff or .png.")
        }
        guard within > 0, within <= 1e6 else { throw ValidationError("--within must be a positive number of seconds.") }
    }

    func run() async throws {
        guard let format = ImageFile.Format(name: file) else { return }
        let connection = try device.connect()
        try await Interruption().run {
            let metadata = try await connection.metadata
            guard RemoteKind(metadata) == .camera else {
                throw CallFailure(connection.uri.text, "", .unexpected("is not a camera"))
            }
            let camera = RemoteCamera(connection)
            let frame = try await frame(of: camera)
            var image = try ImageFile(frame.image)
            image.title = connection.uri.object
            image.time = frame.timestamp
            image.description = try await Self.description(of: camera, frame.timestamp)
            try image.write(to: file, as: format)
            let (shape, type) = (frame.image.shape, frame.image.dtype.scalarName)
            print("\(file): \(shape[1]) x \(shape[0]) pixels of \(type)")
        }
    }

    private func frame(of camera: RemoteCamera) async throws -> Arrival<NDArray> {
        let start = Lock<(instant: ContinuousClock.Instant, exposureTime: Double)?>(nil)
        return try await ProgressLine.during { _ in
            guard let (instant, time) = start.withLock(\.self) else { return "preparing the camera" }
            let elapsed = (.now - instant) / .seconds(1)
            guard time > elapsed else { return "waiting for the image" }
            return "\(ProgressLine.bar(elapsed / time))  exposing for \(time.short) s"
        } _: {
            try await camera.snap(within: .seconds(within), exposure: exposure) { time in
                start.withLock { $0 = (.now, time) }
            }
        }
    }

    /// The description of an image, in JSON.
    private static func description(of camera: RemoteCamera, _ timestamp: Double) async throws -> String {
        let facts: PythonDictionary = [
            "device": .str(camera.uri),
            "timestamp": .float(timestamp),
            "exposure_time": .float(try await camera.exposureTime),
            "roi": try await camera.roi.python,
            "binning": try await camera.binning.python,
            "transform": try await camera.transform.python,
            "settings": .dict(try await camera.settingValues),
        ]
        return try Values.json(.dict(facts))
    }
}
