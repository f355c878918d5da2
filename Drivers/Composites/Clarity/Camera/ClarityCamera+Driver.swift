public import Devices

extension ClarityCamera {
    public struct Options: Decodable, Sendable {
        /// The camera on whose sensor both halves are.
        public var camera: PartOption<PartCamera>
        /// The Clarity, which is a filter wheel to others.
        public var clarity: PartOption<PartFilterWheel>
        /// The half with the light that passed the disk; left unless given.
        public var transmitted: HalfLayout.Side?
        /// What of the other half is the other way round; horizontal unless given.
        public var mirror: HalfLayout.Mirror?
        /// A file that keeps the calibration.
        public var calibrationFile: String?
        public var bufferLength: BufferLength?

        private enum CodingKeys: String, CodingKey {
            case camera, clarity, transmitted, mirror
            case calibrationFile = "calibration_file"
            case bufferLength = "buffer_length"
        }
    }
}

extension Driver where Configuration == ClarityCamera.Options {
    public static var clarityCamera: Self {
        Driver("clarity-camera", "sections from a camera behind an Aurox Clarity") { options, context in
            try ClarityCamera(
                try options.camera.open(context),
                try options.clarity.open(context),
                HalfLayout(transmitted: options.transmitted ?? .left, mirror: options.mirror ?? .horizontal),
                calibration: options.calibrationFile,
                bufferLength: options.bufferLength?.value
            )
        }
    }
}
