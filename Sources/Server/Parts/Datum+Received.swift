internal import Devices
internal import Pickle

extension Datum {
    /// What a device has sent: a frame, if it is an image.
    init(received value: PythonValue, at timestamp: Double) {
        if case .array(let array) = value, array.shape.count == 2, !array.isFortranOrder,
            let frame = Frame(width: array.shape[1], height: array.shape[0], array.dtype, pixels: array.data)
        {
            self.init(frame, at: timestamp)
        } else {
            self.init(value, at: timestamp)
        }
    }
}
