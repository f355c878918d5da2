/// What an acquisition goes by, whatever the camera is set to.
struct AcquisitionOptions: Sendable {
    /// How many buffers the SDK has to fill.
    var bufferCount = 16
    /// How many more there may be with clients before images are copied.
    var lentCount = 16
    /// The longest single wait in the SDK, during which calls have to wait as well.
    var slice = Duration.milliseconds(10)
    /// How much longer than reckoned an image may take.
    var margin = Duration.seconds(2)
    /// How long the SDK may keep a call waiting, which then fails.
    var patience = Duration.seconds(10)
    /// How long a camera that nobody uses is left alone before it is asked whether it is still there.
    var watchPause = Duration.seconds(2)
    /// How soon a lost camera is looked for, and the longest time between two looks.
    var firstTry = Duration.milliseconds(500)
    var longestDelay = Duration.seconds(10)
    /// After so many starts without an image the camera is opened anew.
    var restartLimit = 5
}
