"""The one door to SimpleITK: volumes in, volumes and matrices out.

ITK takes any direction cosines; it is handed our RAS affine as it is, and what it gives back is RAS too. Everything
runs in one thread: sums in another order would give other last digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from pnst.image import Grid, Volume
from pnst.preprocessing.settings import BiasSettings
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import SimpleITK as sitk

FIRST_STEP_MM = 1.0
LAST_STEP_MM = 1e-3
MAX_STEPS = 60
"""Of the gradient descent: its first and smallest step of the farthest voxel, and how many it may take."""
MIN_BODY_SHARE = 0.99
"""A merged voxel lies in the body when this share of it does: all, but for rounding."""
SEED = 1
"""Of the voxels that are compared where not all of them are."""


@contextmanager
def _one_thread() -> Iterator[None]:
    """Every sum in one order. A metric takes its threads from ITK's global default, whatever its method is told."""
    import SimpleITK as sitk

    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def bin_voxels(volume: Volume, voxel_mm: float) -> Volume:
    """The volume with whole numbers of voxels averaged along each axis, as long as none grows beyond `voxel_mm`."""
    import SimpleITK as sitk

    factors = [
        max(1, min(int(voxel_mm / step + 1e-6), count))
        for step, count in zip(volume.grid.spacing, volume.grid.shape, strict=True)
    ]
    return _volume(sitk.BinShrink(_image(volume), factors)) if max(factors) > 1 else volume


@_one_thread()
def log_bias_field(volume: Volume, body: BoolArray, settings: BiasSettings) -> FloatArray:
    """(ni, nj, nk) float32: the logarithm of the smooth field that multiplies a volume without NaN, up to a constant.

    N4 on merged voxels that lie wholly in the body. Raises `ValueError` where it finds none.
    """
    import SimpleITK as sitk

    small = bin_voxels(volume, settings.voxel_mm)
    share = bin_voxels(Volume(body.astype(np.float32), volume.grid), settings.voxel_mm)
    method = sitk.N4BiasFieldCorrectionImageFilter()
    method.SetMaximumNumberOfIterations([settings.iterations] * settings.levels)
    method.SetBiasFieldFullWidthAtHalfMaximum(settings.histogram_width)
    try:
        method.Execute(_image(small), _image(share) > MIN_BODY_SHARE)
        field = method.GetLogBiasFieldAsImage(_image(volume))
    except RuntimeError as error:
        raise ValueError("no body to estimate a field from") from error
    return np.asarray(sitk.GetArrayFromImage(field).T, dtype=np.float32)


@_one_thread()
def register_rigid(fixed: Volume, moving: Volume, start: FloatArray, bins: int, samples: int) -> FloatArray:
    """(4, 4): the rigid motion that takes places of `fixed` to those of `moving` that look most alike, from `start`.

    Mattes' mutual information (IEEE Trans Med Imaging 22:120, 2003) by gradient descent, steps in mm. Raises
    `ValueError` where the two images have nothing in common.
    """
    import SimpleITK as sitk

    transform = sitk.Euler3DTransform()
    centre = fixed.grid.to_world((np.asarray(fixed.grid.shape) - 1) / 2)
    transform.SetCenter(centre.tolist())
    transform.SetMatrix(start[:3, :3].ravel().tolist(), 1e-6)
    transform.SetTranslation((start[:3, :3] @ centre + start[:3, 3] - centre).tolist())
    method = _registration(bins)
    voxels = int(np.prod(fixed.grid.shape))
    if voxels > samples:
        method.SetMetricSamplingStrategy(method.REGULAR)
        method.SetMetricSamplingPercentage(samples / voxels, SEED)
    method.SetOptimizerAsRegularStepGradientDescent(FIRST_STEP_MM, LAST_STEP_MM, MAX_STEPS)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(transform, inPlace=True)
    _run(method.Execute, fixed, moving)
    return _matrix(transform)


@_one_thread()
def mutual_information(fixed: Volume, moving: Volume, motion: FloatArray, bins: int) -> float:
    """Mutual information in nats of `fixed` and of `moving` where a motion (4, 4) takes it.

    Raises `ValueError` where the two images have nothing in common.
    """
    import SimpleITK as sitk

    transform = sitk.AffineTransform(3)
    transform.SetMatrix(motion[:3, :3].ravel().tolist())
    transform.SetTranslation(motion[:3, 3].tolist())
    method = _registration(bins)
    method.SetInitialTransform(transform)
    return -float(_run(method.MetricEvaluate, fixed, moving))


def _registration(bins: int) -> sitk.ImageRegistrationMethod:
    import SimpleITK as sitk

    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(bins)
    method.SetMetricSamplingStrategy(method.NONE)
    method.SetInterpolator(sitk.sitkLinear)
    return method


def _run(job: Callable[[sitk.Image, sitk.Image], Any], fixed: Volume, moving: Volume) -> Any:
    try:
        return job(_image(fixed), _image(moving))
    except RuntimeError as error:
        raise ValueError("images that have nothing in common") from error


def _matrix(transform: sitk.Euler3DTransform) -> FloatArray:
    turn, centre = np.reshape(transform.GetMatrix(), (3, 3)), np.asarray(transform.GetCenter())
    motion = np.eye(4)
    motion[:3, :3] = turn
    motion[:3, 3] = centre + transform.GetTranslation() - turn @ centre
    return motion


def _image(volume: Volume) -> sitk.Image:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.data.T, dtype=np.float32))
    image.SetSpacing(volume.grid.spacing)
    image.SetOrigin(volume.grid.affine[:3, 3].tolist())
    image.SetDirection(volume.grid.directions.ravel().tolist())
    return image


def _volume(image: sitk.Image) -> Volume:
    import SimpleITK as sitk

    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return Volume(sitk.GetArrayFromImage(image).T, Grid(image.GetSize(), affine))
