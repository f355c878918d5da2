import Platform
import Transports

/// Takes a device out while something else goes on.
struct Unplugging {
    private let thread: BlockingThread

    init(of port: USBPort, in world: World, after delay: Duration) {
        thread = BlockingThread.startEventually("unplug") {
            Pause.wait(for: delay)
            world.unplug(port)
        }
    }

    func wait() { thread.join() }
}
