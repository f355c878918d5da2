internal import Devices
internal import Synchronization

/// What a camera shows that has nothing before it: whatever pattern it is set to.
final class Patterns: Subject {
    private let painter = Mutex(ImagePainter())

    func image(_ settings: SensorSettings, number: Int) -> Frame {
        painter.withLock { painter in
            painter.paint(settings.style, settings.roi.imageSize(settings.binning), number: number)
        }
    }
}
