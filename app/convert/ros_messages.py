"""Definitions of the ROS 2 messages that are written, as MCAP stores them beside the messages.

They are the interfaces of the packages std_msgs, builtin_interfaces, geometry_msgs, sensor_msgs and
tf2_msgs, without their comments.
"""

from __future__ import annotations

from collections.abc import Mapping

_LINE = "=" * 80
_HEADER = f"""
{_LINE}
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
{_LINE}
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
"""

DEFINITIONS: Mapping[str, str] = {
    "sensor_msgs/msg/Image": f"""std_msgs/Header header
uint32 height
uint32 width
string encoding
uint8 is_bigendian
uint32 step
uint8[] data
{_HEADER}""",
    "sensor_msgs/msg/CameraInfo": f"""std_msgs/Header header
uint32 height
uint32 width
string distortion_model
float64[] d
float64[9] k
float64[9] r
float64[12] p
uint32 binning_x
uint32 binning_y
sensor_msgs/RegionOfInterest roi
{_HEADER}
{_LINE}
MSG: sensor_msgs/RegionOfInterest
uint32 x_offset
uint32 y_offset
uint32 height
uint32 width
bool do_rectify
""",
    "sensor_msgs/msg/PointCloud2": f"""std_msgs/Header header
uint32 height
uint32 width
sensor_msgs/PointField[] fields
bool is_bigendian
uint32 point_step
uint32 row_step
uint8[] data
bool is_dense
{_HEADER}
{_LINE}
MSG: sensor_msgs/PointField
string name
uint32 offset
uint8 datatype
uint32 count
""",
    "tf2_msgs/msg/TFMessage": f"""geometry_msgs/TransformStamped[] transforms
{_LINE}
MSG: geometry_msgs/TransformStamped
std_msgs/Header header
string child_frame_id
geometry_msgs/Transform transform
{_HEADER}
{_LINE}
MSG: geometry_msgs/Transform
geometry_msgs/Vector3 translation
geometry_msgs/Quaternion rotation
{_LINE}
MSG: geometry_msgs/Vector3
float64 x
float64 y
float64 z
{_LINE}
MSG: geometry_msgs/Quaternion
float64 x
float64 y
float64 z
float64 w
""",
}
"""By full name, with the definitions of what they contain."""
